using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Qemu.Discovery;

namespace DesktopGrid.VmSandbox.Benchmarks.Raw;

/// <summary>Disks behind the root disk, the first of them <c>/dev/vdb</c>; null for none.</summary>
internal sealed record RawDisks(string? Input, string? Output);

/// <summary>
/// A plain QEMU, started as one would in a shell: no confinement, no priority of its own. Machine, processor, memory and
/// kernel line are those of the library, since they are what the guest's speed hangs on.
/// </summary>
internal sealed class RawQemu : IDisposable
{
    /// <summary>The number of the monitor's socket.</summary>
    public const int Monitor = 9;

    private const int Ports = 3;
    private readonly Process _process;
    private readonly string _folder;

    private RawQemu(Process process, string folder) => (_process, _folder) = (process, folder);

    public string Overlay => OverlayIn(_folder);

    /// <summary>CPU time of the process so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Makes the overlay; not part of any measured time.</summary>
    public static async Task MakeOverlayAsync(RawImage image, string folder, CancellationToken cancellationToken)
    {
        using var tool = Start("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", image.Base, OverlayIn(folder)]);
        await tool.WaitForExitAsync(cancellationToken);
        if (tool.ExitCode != 0)
        {
            throw new InvalidOperationException($"qemu-img ended with exit code {tool.ExitCode}.");
        }
    }

    public static RawQemu Start(RawImage image, string folder, int memoryMiB, RawDisks? disks = null) =>
        new(Start(Environment.GetEnvironmentVariable(QemuLocator.Variable) ?? "qemu-system-x86_64", Arguments(image, folder, memoryMiB, disks ?? new RawDisks(null, null))), folder);

    /// <summary>Connects to a port, or to the console as number 0, as soon as QEMU listens there.</summary>
    public async Task<NetworkStream> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketIn(_folder, port)), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (!_process.HasExited)
            {
                socket.Dispose();
                await Task.Delay(1, cancellationToken);
            }
        }
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string[] Arguments(RawImage image, string folder, int memoryMiB, RawDisks disks) =>
    [
        "-nodefaults", "-no-user-config", "-display", "none", "-vga", "none", "-nic", "none", "-no-reboot",
        "-machine", $"{MachineSpec.DefaultMachineType},usb=off,vmport=off",
        "-accel", "tcg,thread=multi,tb-size=256",
        "-cpu", MachineSpec.DefaultCpuModel,
        "-m", string.Create(CultureInfo.InvariantCulture, $"{memoryMiB}M"),
        "-kernel", image.Kernel, "-initrd", image.Initrd, "-append", image.KernelLine,
        "-drive", $"file={OverlayIn(folder)},format=qcow2,if=virtio",
        .. disks.Input is { } input ? ["-drive", $"file={input},format=raw,if=virtio,readonly=on"] : Array.Empty<string>(),
        .. disks.Output is { } output ? ["-drive", $"file={output},format=raw,if=virtio"] : Array.Empty<string>(),
        "-chardev", $"socket,id=c0,path={SocketIn(folder, 0)},server=on,wait=off", "-serial", "chardev:c0",
        "-qmp", $"unix:{SocketIn(folder, Monitor)},server=on,wait=off",
        "-device", "virtio-serial-pci",
        .. Enumerable.Range(1, Ports).SelectMany(port => (string[])
        [
            "-chardev", $"socket,id=c{port},path={SocketIn(folder, port)},server=on,wait=off",
            "-device", $"virtserialport,nr={port},chardev=c{port}",
        ]),
    ];

    private static string OverlayIn(string folder) => Path.Combine(folder, "overlay.qcow2");

    private static string SocketIn(string folder, int port) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"s{port}"));

    private static Process Start(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)) ?? throw new InvalidOperationException($"{program} does not start.");
}

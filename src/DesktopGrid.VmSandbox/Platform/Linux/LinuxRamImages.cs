using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Memory;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Linux;

/// <inheritdoc />
[SupportedOSPlatform("linux")]
internal sealed class LinuxRamImages : IRamImages
{
    public IRamImage Make(string name, long length)
    {
        var file = LinuxNative.MakeMemoryFile(name);
        if (file.IsInvalid)
        {
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"Memory that is shared cannot be made: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var image = new LinuxRamImage(file);
        try
        {
            RandomAccess.SetLength(file, length);
            image.OpenToPayloads();
            return image;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            image.Dispose();
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"Memory of {length} bytes that is shared cannot be made: {e.Message}", e);
        }
    }
}

/// <summary>A memfd (memfd_create(2)), sealed before anybody who is not trusted has it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxRamImage(SafeFileHandle file) : IRamImage
{
    private const int BlockLength = 1024 * 1024;

    private const UnixFileMode Ours = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybodys = Ours | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public string PathInPayload { get; } = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{BubblewrapArguments.RamDescriptor}");

    public void Seal(CancellationToken cancellationToken)
    {
        GiveZerosBack(cancellationToken);
        if (!LinuxNative.Seal(file) || !LinuxNative.IsSealed(file))
        {
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"Memory that is shared cannot be sealed: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Lends it to a process that is started now.</summary>
    /// <exception cref="PlatformException">It was given up meanwhile.</exception>
    public RamLoan Lend()
    {
        try
        {
            // A machine of our own user has a descriptor, and may have closed it to others.
            OpenToPayloads();
            return new RamLoan(file);
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException or UnauthorizedAccessException)
        {
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"Memory that is shared cannot be lent: {e.Message}", e);
        }
    }

    /// <summary>
    /// Whoever has it as a descriptor opens it again by its path, for writing too, before it maps it for itself: this QEMU knows no other way. Where
    /// the host is root, that is the machine's own user. Nobody else has a path to it.
    /// </summary>
    public void OpenToPayloads() => File.SetUnixFileMode(file, LinuxNative.IsRoot ? Everybodys : Ours);

    public void Dispose() => file.Dispose();

    /// <summary>Whoever filled it has also read what was to stay a hole, and each hole of shared memory that is read becomes a page of zeros.</summary>
    private void GiveZerosBack(CancellationToken cancellationToken)
    {
        var page = Environment.SystemPageSize;
        var block = new byte[BlockLength];
        long zeros = 0;
        for (long offset = 0; RandomAccess.Read(file, block, offset) is > 0 and var read; offset += read)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var begin = 0; begin < read; begin += page)
            {
                if (block.AsSpan(begin, Math.Min(page, read - begin)).ContainsAnyExcept((byte)0))
                {
                    Punch(offset + begin);
                }
                else
                {
                    zeros += page;
                }
            }

            Punch(offset + read);
        }

        void Punch(long end)
        {
            // What cannot be given back is only memory.
            _ = zeros == 0 || LinuxNative.PunchHole(file, end - zeros, zeros);
            zeros = 0;
        }
    }

    /// <summary>Keeps the descriptor from being closed while another process takes it.</summary>
    internal sealed class RamLoan : IDisposable
    {
        private readonly SafeFileHandle _file;

        public RamLoan(SafeFileHandle file)
        {
            var isKept = false;
            file.DangerousAddRef(ref isKept);
            _file = file;
            Path = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{file.DangerousGetHandle()}");
        }

        public string Path { get; }

        public void Dispose() => _file.DangerousRelease();
    }
}

using System.Diagnostics;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Clients;
using DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Tasks;

/// <summary>A program of these tests, with the libraries that it brings along.</summary>
/// <param name="Name">Its file's name.</param>
/// <param name="SpeaksProtocol">Whether it sends trickles and intermediate uploads by itself.</param>
/// <param name="Libraries">Shared libraries that glibc does not have.</param>
internal sealed record Payload(string Name, bool SpeaksProtocol, IReadOnlyList<string> Libraries)
{
    /// <summary>The input of all tasks.</summary>
    public const string Input = "the input of a task of these tests\n";

    private static readonly TimeSpan NativeBound = TimeSpan.FromSeconds(60);

    /// <summary>Knows nothing of BOINC.</summary>
    public static Payload Plain { get; } = new("plain-task", SpeaksProtocol: false, []);

    /// <summary>Speaks the protocol by itself.</summary>
    public static Payload Spoken { get; } = new("spoken-task", SpeaksProtocol: true, []);

    /// <summary>Is linked with BOINC's library.</summary>
    public static Payload Api { get; } = new("api-task", SpeaksProtocol: true, ["libboinc_api.so.7", "libboinc.so.7", "libstdc++.so.6", "libgcc_s.so.1"]);

    /// <summary>The files of an application version: the program first, under a name of its own in the slot if it has one.</summary>
    public IReadOnlyList<AppFile> ToFiles(string? openName) => [AppFile.FromDisk(Artifacts.Program(Name), openName), .. Libraries.Select(static name => AppFile.FromDisk(Artifacts.Program(name)))];

    /// <summary>What it computes on this computer without BOINC.</summary>
    public async Task<byte[]> RunNativelyAsync(TaskShape shape, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("bn").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "in"), Input, cancellationToken);
            var start = new ProcessStartInfo(Artifacts.Program(Name), shape.ToNative().ToArguments()) { WorkingDirectory = folder, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            bound.CancelAfter(NativeBound);
            var errors = await process.StandardError.ReadToEndAsync(bound.Token);
            await process.WaitForExitAsync(bound.Token);
            process.ExitCode.Should().Be(0, errors);
            return await File.ReadAllBytesAsync(Path.Combine(folder, "out"), cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

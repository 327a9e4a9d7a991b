using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.IntegrationTests.Jobs;

/// <summary>The image has glibc and nothing above it: a program of this computer runs with the other libraries that it brings.</summary>
internal sealed class OwnLibrariesTests : StoreFixture
{
    private const string Program = "/usr/bin/xz";
    private const string Library = "liblzma";

    [Test]
    [CancelAfter(180_000)]
    public async Task A_program_of_Debian_s_runs_with_the_libraries_that_it_brings(CancellationToken cancellationToken)
    {
        var libraries = await LibrariesAsync();
        libraries.Should().Contain(static path => Path.GetFileName(path).StartsWith(Library, StringComparison.Ordinal));
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"{i * i}\n"));
        var packed = Store.Path_("text.xz");
        var job = new SandboxJob
        {
            Program = "xz",
            Arguments = ["--keep", "text"],
            Environment = new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = "/work/lib" },
            Inputs = [JobFile.FromHost(Program, "xz"), .. libraries.Select(static path => JobFile.FromHost(path, $"lib/{Path.GetFileName(path)}")), JobFile.FromText("text", text)],
            Outputs = [new JobOutput("text.xz", packed)],
        };

        var result = await Host.RunAsync(job, cancellationToken: cancellationToken);

        result.ExitCode.Should().Be(0, result.StandardError.Text());
        (await GuestProgram.RunOnHostAsync(Program, "--decompress", "--stdout", packed)).Should().Be(text);
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task Without_them_the_loader_names_the_library_that_is_missing(CancellationToken cancellationToken)
    {
        await LibrariesAsync();

        var result = await Host.RunAsync(new SandboxJob { Program = "xz", Inputs = [JobFile.FromHost(Program, "xz")] }, cancellationToken: cancellationToken);

        result.ExitCode.Should().Be(127);
        result.StandardError.Text().Should().Contain("error while loading shared libraries").And.Contain(Library);
    }

    /// <summary>What the program needs beyond glibc's own files.</summary>
    private static async Task<List<string>> LibrariesAsync()
    {
        if (!File.Exists(Program))
        {
            Assert.Ignore($"There is no {Program} on this computer (Debian's package xz-utils).");
        }

        // A line of ldd(1): NAME => PATH (ADDRESS)
        var lines = (await GuestProgram.RunOnHostAsync("ldd", Program)).Split('\n').Select(static line => line.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return [.. lines.Where(static words => words is [_, "=>", ['/', ..], ..] && !words[0].StartsWith("libc.", StringComparison.Ordinal)).Select(static words => words[2])];
    }
}

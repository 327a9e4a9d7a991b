namespace DesktopGrid.VmSandbox.PackageTests;

/// <summary>A stranger's first ten minutes: a new console project, the packages from a folder, a job.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class FreshProjectTests
{
    private const string Program = """
        using DesktopGrid.VmSandbox;
        using DesktopGrid.VmSandbox.Boinc.Tasks;
        using DesktopGrid.VmSandbox.Jobs;

        await using var task = await BoincTask.OpenAsync(new BoincTaskOptions { Slot = Path.GetTempPath() });
        if (!task.IsAlone) return 1;
        await using var host = await SandboxHost.OpenAsync(new SandboxHostOptions { StorePath = args[0] });
        var result = await host.RunAsync(new SandboxJob { Program = "/bin/sh", Arguments = ["-c", "echo from the guest; exit 7"] });
        Console.Write(result.GetStandardOutputText());
        return result.ExitCode ?? -1;
        """;

    private string _folder = "";

    [SetUp]
    public void Make_a_folder() => _folder = Directory.CreateTempSubdirectory("vmsandbox-fresh-").FullName;

    [TearDown]
    public void Remove_it() => Directory.Delete(_folder, recursive: true);

    [Test]
    [CancelAfter(600_000)]
    public async Task A_fresh_console_project_runs_a_job_with_nothing_but_the_packages(CancellationToken cancellationToken)
    {
        await Dotnet(cancellationToken, "new", "console", "--name", "Fresh", "--output", ".", "--no-restore");
        // The local folder is added to the sources that the machine has; it clears none.
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "nuget.config"),
            $"""<configuration><packageSources><add key="delivery" value="{Delivery.Packages}" /></packageSources></configuration>""",
            cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "Program.cs"), Program, cancellationToken);
        await Dotnet(cancellationToken, "add", "package", "DesktopGrid.VmSandbox", "--version", Delivery.Version, "--no-restore");
        await Dotnet(cancellationToken, "add", "package", "DesktopGrid.VmSandbox.Boinc", "--version", Delivery.Version, "--no-restore");
        await Dotnet(cancellationToken, "add", "package", "DesktopGrid.VmSandbox.Guest", "--version", Delivery.Version, "--no-restore");
        await Dotnet(cancellationToken, "add", "package", "DesktopGrid.VmSandbox.Qemu.linux-x64", "--version", Delivery.Version, "--no-restore");
        var built = await Dotnet(cancellationToken, "publish", "-c", "Release", "-o", "published", "-warnaserror", "-nologo");
        Directory.GetFiles(Path.Combine(_folder, "published", "vmsandbox-guest")).Select(Path.GetFileName).Should().Contain(["manifest.json", "LICENCES", "base.qcow2.br"], built.Said);
        foreach (var file in (string[])["qemu-system-x86_64", "qemu-img", "lib/ld-linux-x86-64.so.2"])
        {
            File.GetUnixFileMode(Path.Combine(_folder, "published", "vmsandbox-qemu", file)).Should().HaveFlag(UnixFileMode.OtherExecute, "whoever is not the installer can run {0}", file);
        }

        var run = await Tool.RunAsync("dotnet", [Path.Combine("published", "Fresh.dll"), Path.Combine(_folder, "store")], _folder, Environment, cancellationToken);

        run.ExitCode.Should().Be(7, run.Said);
        run.Output.Should().Be("from the guest\n");
    }

    // The image must be found beside the application, and an older package of the same version in the user's own cache must not be taken.
    private Dictionary<string, string?> Environment => new()
    {
        ["VMSANDBOX_GUEST_IMAGE"] = null,
        ["VMSANDBOX_QEMU"] = null,
        ["NUGET_PACKAGES"] = Path.Combine(_folder, "cache"),
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["UseSharedCompilation"] = "false",
        ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
    };

    private async Task<ToolResult> Dotnet(CancellationToken cancellationToken, params string[] arguments)
    {
        var result = await Tool.RunAsync("dotnet", arguments, _folder, Environment, cancellationToken);
        result.ExitCode.Should().Be(0, $"\"dotnet {string.Join(' ', arguments)}\" must succeed; {result.Said}");
        return result;
    }
}

namespace DesktopGrid.VmSandbox.PackageTests;

/// <summary>A volunteer's computer on which nothing was installed: a tree of files that holds the application, the engine beside it, and what they ask of a system.</summary>
public sealed class BareTreeTests
{
    // Those by which the library confines QEMU, where they are installed.
    private static readonly string[] _tools = ["bwrap", "chrt", "ionice", "nice", "prlimit", "setpriv", "setsid"];

    private string _folder = "";

    private string Application => Path.Combine(_folder, "application");

    [SetUp]
    public void Put_the_application_together()
    {
        _folder = Directory.CreateTempSubdirectory("vmsandbox-bare-").FullName;
        Copy(Delivery.Engine, Path.Combine(Application, "vmsandbox-qemu"));
        Copy(Delivery.GuestImage, Path.Combine(Application, "vmsandbox-guest"));
        foreach (var file in new[] { Delivery.AotProgram, Path.Combine(Path.GetDirectoryName(Delivery.AotProgram)!, "libe_sqlite3.so") })
        {
            File.Copy(file, Path.Combine(Application, Path.GetFileName(file)));
        }

        Directory.CreateDirectory(Path.Combine(_folder, "work"));
    }

    [TearDown]
    public void Remove_it() => Directory.Delete(_folder, recursive: true);

    [TestCase(true)]
    [TestCase(false, Category = "Long")]
    [CancelAfter(300_000)]
    public async Task A_job_runs_where_no_QEMU_is_installed(bool hasTools, CancellationToken cancellationToken)
    {
        var program = Path.Combine(Application, Path.GetFileName(Delivery.AotProgram));
        // .NET loads OpenSSL when a hash is asked for, and no program names it.
        string[] system = ["/bin/sh", Find("libssl.so.3"), .. hasTools ? _tools.Select(Find) : []];
        var tree = await Tree([program, Path.Combine(Application, "libe_sqlite3.so"), .. system], system, cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(done.Token);

        var run = await Tool.RunAsync("bwrap", [.. tree, program, Path.Combine(_folder, "work")], _folder, new Dictionary<string, string?> { ["VMSANDBOX_GUEST_IMAGE"] = null, ["XDG_RUNTIME_DIR"] = null }, cancellationToken);

        await done.CancelAsync();
        run.ExitCode.Should().Be(0, run.Said);
        run.Output.Split('\n')[..2].Should().Equal("exit code 7", "output ahead of time");
        var mapped = await watching;
        mapped.Should().Contain([$"{Application}/vmsandbox-qemu/lib/qemu-system-x86_64", $"{Application}/vmsandbox-qemu/lib/libglib-2.0.so.0"], "QEMU was seen");
        // Besides, the guest's kernel and memory.
        mapped.Where(file => !file.StartsWith(Path.Combine(_folder, "work"), StringComparison.Ordinal) && !file.StartsWith("/memfd:", StringComparison.Ordinal))
            .Should().OnlyContain(file => file.StartsWith($"{Application}/vmsandbox-qemu/", StringComparison.Ordinal), "nothing else is in its memory");
    }

    /// <summary>bubblewrap's words for the tree: these files, each library that they name, and nothing that a package manager put there besides.</summary>
    private async Task<IReadOnlyList<string>> Tree(IReadOnlyList<string> programs, IReadOnlyList<string> system, CancellationToken cancellationToken)
    {
        var named = await Tool.RunAsync("ldd", programs, _folder, new Dictionary<string, string?>(), cancellationToken);
        var libraries = named.Output.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(static word => word.StartsWith('/') && !word.EndsWith(':')).Distinct().ToList();
        libraries.Should().Contain(static library => library.EndsWith("/libc.so.6", StringComparison.Ordinal), named.Said);
        return
        [
            "--unshare-user", "--unshare-pid", "--die-with-parent", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp",
            .. system.Concat(libraries).SelectMany(static file => (string[])["--ro-bind", file, file]),
            "--ro-bind", Application, Application,
            "--bind", Path.Combine(_folder, "work"), Path.Combine(_folder, "work"),
        ];
    }

    /// <summary>Every file that was seen in the memory of the application's QEMU until it is told to end.</summary>
    private async Task<HashSet<string>> WatchAsync(CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>();
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc").Where(static folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
            {
                try
                {
                    if (File.ReadAllText(Path.Combine(folder, "cmdline")).StartsWith($"{Application}/vmsandbox-qemu/lib/ld-linux", StringComparison.Ordinal))
                    {
                        // proc(5): the sixth field, where it is a path.
                        seen.UnionWith(File.ReadLines(Path.Combine(folder, "maps")).Select(static line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries)).Where(static fields => fields is [_, _, _, _, _, ['/', ..]]).Select(static fields => fields[5]));
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // It has ended, or is another user's.
                }
            }

            await Task.Delay(50, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        return seen;
    }

    private static string Find(string file) => new[] { "/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib64" }.Select(folder => Path.Combine(folder, file)).First(File.Exists);

    private static void Copy(string source, string target)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}

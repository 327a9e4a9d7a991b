namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

/// <summary>A store in a folder of its own, and the console host on it.</summary>
internal sealed class ConsoleStore : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("vmsandbox-console-").FullName;

    private string Store => Path.Combine(Folder, "store");

    public string File(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    // The build machine has no working KVM; the doctor's test proves that the verdict is found, the others do not wait for it.
    public IReadOnlyList<string> Words(params string[] arguments) => [.. SampleProcess.Words("vmsandbox.dll"), "--store", Store, "--accelerator", "tcg", "--priority", "normal", .. arguments];

    public Task<Outcome> RunAsync(CancellationToken cancellationToken, params string[] arguments) => SampleProcess.RunAsync(Words(arguments), Folder, cancellationToken: cancellationToken);

    public Task<Outcome> RunWithInputAsync(string input, CancellationToken cancellationToken, params string[] arguments) => SampleProcess.RunAsync(Words(arguments), Folder, input, cancellationToken);

    /// <summary>The machines that have files.</summary>
    public IReadOnlyList<string> Machines() => Directory.Exists(Path.Combine(Store, "machines"))
        ? [.. Directory.EnumerateDirectories(Path.Combine(Store, "machines")).Select(static folder => Path.GetFileName(folder))]
        : [];

    /// <summary>What imports have under way, or have left.</summary>
    public IReadOnlyList<string> Drafts() => Directory.Exists(Path.Combine(Store, "layers")) ? [.. Directory.EnumerateFileSystemEntries(Path.Combine(Store, "layers"), ".part-*")] : [];

    /// <summary>No process that knows the store, no machine's files, and of these machines neither log nor sockets.</summary>
    public void ShouldHaveNothingLeft(params string[] machines)
    {
        Machines().Should().BeEmpty();
        ShouldHaveNoProcess();
        var session = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        foreach (var machine in machines)
        {
            Directory.EnumerateFiles(Path.Combine(Store, "logs"), $"{machine}*").Should().BeEmpty();
            Directory.EnumerateDirectories("/tmp", "vmsandbox-*").Append("/run/vmsandbox").Append($"{session}/vmsandbox")
                .Should().OnlyContain(root => !Directory.Exists(Path.Combine(root, machine)));
        }
    }

    public void ShouldHaveNoProcess() => Processes().Should().BeEmpty();

    /// <summary>The command lines of the processes that know this store, and a word besides.</summary>
    public IReadOnlyList<string> Processes(string word = "") => [.. Directory.EnumerateDirectories("/proc")
        .Where(static folder => int.TryParse(Path.GetFileName(folder), out var number) && number != Environment.ProcessId)
        .Select(CommandLine)
        .Where(line => line.Contains(Store) && line.Contains(word))];

    /// <summary>Waits for something that another process is about to do; the test's own bound ends the wait.</summary>
    public static async Task UntilAsync(Func<bool> holds, CancellationToken cancellationToken)
    {
        while (!holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string CommandLine(string folder)
    {
        try
        {
            return System.IO.File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return ""; // It has ended meanwhile.
        }
    }
}

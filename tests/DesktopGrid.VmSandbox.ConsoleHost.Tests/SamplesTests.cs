using DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests;

/// <summary>The other samples run as they stand.</summary>
[CancelAfter(300_000)]
public sealed class SamplesTests
{
    [Test]
    public async Task The_quick_start_sorts_its_words(CancellationToken cancellationToken)
    {
        using var store = new ConsoleStore();

        // Its store is the user's own, as for everybody who tries it; the home folder is this test's.
        var outcome = await SampleProcess.RunAsync(["env", $"XDG_DATA_HOME={store.Folder}", $"HOME={store.Folder}", .. SampleProcess.Words("Quickstart.dll")], store.Folder, cancellationToken: cancellationToken);

        outcome.ShouldEndWith(0).Output.Should().StartWith("exit code 0, ").And.Contain("lines: 3\n").And.EndWith("aardvark\nokapi\nwombat\n\n");
    }

    [Test]
    public async Task A_package_of_GenWrapper_s_gives_its_result(CancellationToken cancellationToken)
    {
        using var store = new ConsoleStore();
        var (package, results) = (Directory.CreateDirectory(store.File("package")).FullName, Directory.CreateDirectory(store.File("results")).FullName);
        store.Write("package/profile.sh", "export WORD=wombat\n");
        store.Write("package/wu_script.sh", "read N\nboinc fraction_done 0.5\nfor i in $(seq $N); do echo \"$WORD $1\"; done >$(boinc resolve_filename out.txt)\necho drawn\nboinc finish 0\n");

        var outcome = await SampleProcess.RunAsync([.. SampleProcess.Words("GenWrapper.dll"), package, store.Write("stdin", "2\n"), results, "out.txt", "of the bush"], store.Folder, cancellationToken: cancellationToken);

        outcome.ShouldEndWith(0).Output.Should().Contain("50 %").And.Contain("drawn\n").And.Contain("exit code 0");
        (await File.ReadAllTextAsync(Path.Combine(results, "out.txt"), cancellationToken)).Should().Be("wombat of the bush\nwombat of the bush\n");
    }

    [Test]
    public async Task The_hosted_service_runs_its_job_and_ends(CancellationToken cancellationToken)
    {
        using var store = new ConsoleStore();

        var outcome = await SampleProcess.RunAsync([.. SampleProcess.Words("DependencyInjection.dll"), $"--Sandbox:Store={store.File("store")}"], store.Folder, cancellationToken: cancellationToken);

        outcome.ShouldEndWith(0).Output.Should().Contain("80 % done").And.Contain("100 % done").And.Contain("The job ended with exit code 0").And.Contain("done by Linux x86_64");
        store.ShouldHaveNothingLeft();
    }

    [Test]
    public async Task The_hosted_service_says_that_its_program_never_started_where_there_is_no_guest(CancellationToken cancellationToken)
    {
        using var store = new ConsoleStore();

        var outcome = await SampleProcess.RunAsync([.. SampleProcess.Words("DependencyInjection.dll"), $"--Sandbox:Store={store.File("store")}", "--Sandbox:GuestImage=/nowhere"], store.Folder, cancellationToken: cancellationToken);

        outcome.ShouldEndWith(1).Output.Should().Contain("NeverStarted");
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.IntegrationTests.Hostility;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Channels;

/// <summary>A program that is linked with BOINC's own library finds in the guest what it finds under BOINC's client.</summary>
[CancelAfter(240_000)]
public sealed partial class BoincLibraryTests : GuestFixture
{
    private const string InitData = """
        <app_init_data>
        <major_version>7</major_version>
        <minor_version>20</minor_version>
        <release>5</release>
        <app_version>100</app_version>
        <app_name>application</app_name>
        <shm_key>-1</shm_key>
        <slot>0</slot>
        <client_pid>0</client_pid>
        <wu_cpu_time>0</wu_cpu_time>
        <checkpoint_period>1</checkpoint_period>
        <fraction_done_start>0</fraction_done_start>
        <fraction_done_end>1</fraction_done_end>
        </app_init_data>

        """;

    // Debian's static library is of no use: it was stripped of what its linker needs. The tiny guest has glibc alone, so the rest goes with the program.
    private const string Libraries = "/usr/lib/x86_64-linux-gnu";
    private static readonly string[] Needed = ["libboinc_api.so.7", "libboinc.so.7", "libstdc++.so.6"];
    private static readonly Lazy<Task<string>> Program = new(CompileAsync);

    [SetUp]
    public async Task PutAsync()
    {
        await Session.PutFileAsync("application", await Program.Value, executable: true, CancellationToken.None);
        foreach (var library in Needed)
        {
            await Session.PutFileAsync(library, Path.Combine(Libraries, library), executable: false, CancellationToken.None);
        }

        await Session.PutTextAsync("init_data.xml", InitData);
    }

    [Test]
    public async Task It_tells_how_far_it_is_and_finishes(CancellationToken cancellationToken)
    {
        await StartAsync(40, cancellationToken);
        var fractions = new List<double>();

        var end = await Session.FollowToEndAsync(cancellationToken);

        fractions.AddRange(end.Messages.Of(5).Select(FractionOf));
        end.ExitCode.Should().Be(0, end.Errors);
        fractions.Should().HaveCountGreaterThan(3).And.BeInAscendingOrder();
        fractions[^1].Should().Be(1);
        (await Session.NamesAsync(".", cancellationToken)).Should().Contain("boinc_finish_called");
    }

    [Test]
    public async Task It_stands_goes_on_and_quits_when_it_is_told_to_and_goes_on_from_its_checkpoint(CancellationToken cancellationToken)
    {
        await StartAsync(1000, cancellationToken);
        await ReachAsync(50, cancellationToken);

        await Session.TellAsync(0, "<suspend/>", cancellationToken);
        await Task.Delay(2000, cancellationToken);
        var stood = await LengthAsync(cancellationToken);
        await Task.Delay(2000, cancellationToken);
        var stillStood = await LengthAsync(cancellationToken);
        await Session.TellAsync(0, "<resume/>", cancellationToken);
        await ReachAsync(stood + 200, cancellationToken);
        await Session.TellAsync(0, "<quit/>", cancellationToken);
        var quit = await Session.FollowToEndAsync(cancellationToken);

        stillStood.Should().Be(stood, "it stands");
        quit.ExitCode.Should().Be(0, quit.Errors);
        (await Session.NamesAsync(".", cancellationToken)).Should().Contain("state").And.NotContain("boinc_finish_called");
        quit.Messages.Of(5).Should().Contain(static status => CheckpointOf(status) > 0);
        var state = int.Parse(await Session.GetTextAsync("state", cancellationToken), CultureInfo.InvariantCulture);
        state.Should().BePositive();
        await StartAsync(state + 10, cancellationToken);
        (await Session.FollowToEndAsync(cancellationToken)).Output.Should().StartWith($"step {state}\n");
    }

    [Test]
    [Category("Long")]
    public async Task One_heartbeat_of_the_host_lets_it_live_past_the_half_minute_after_which_it_would_give_up(CancellationToken cancellationToken)
    {
        await StartAsync(400, cancellationToken);
        await Session.TellAsync(4, "<heartbeat/><wss>1</wss><max_wss>1</max_wss>", cancellationToken);

        var end = await Session.FollowToEndAsync(cancellationToken);

        (end.ExitCode, end.Status.ElapsedMs > 40_000).Should().Be((0, true), end.Errors);
        (await Session.NamesAsync(".", cancellationToken)).Should().Contain("boinc_finish_called");
    }

    [Test]
    [Category("Long")]
    public async Task Without_any_it_gives_up(CancellationToken cancellationToken)
    {
        await StartAsync(400, cancellationToken);

        var end = await Session.FollowToEndAsync(cancellationToken);

        end.Status.ElapsedMs.Should().BeLessThan(40_000);
        (await Session.NamesAsync(".", cancellationToken)).Should().NotContain("boinc_finish_called");
    }

    private static async Task<string> CompileAsync()
    {
        if (!File.Exists("/usr/include/boinc/boinc_api.h") || !Needed.All(static library => File.Exists(Path.Combine(Libraries, library))))
        {
            Assert.Ignore("BOINC's library is not installed (libboinc-app-dev), with which to make the program.");
        }

        var target = Path.Combine(Directory.CreateTempSubdirectory("vmsandbox-program-").FullName, "application");
        await GuestProgram.RunOnHostAsync(
            GuestProgram.RequireCompiler("g++", "clang++"), "-O1", "-o", target, Path.Combine(AppContext.BaseDirectory, "Channels", "Programs", "application.cpp"), "-lboinc_api", "-lboinc", "-pthread");
        return target;
    }

    private Task<GuestTaskStatus> StartAsync(int steps, CancellationToken cancellationToken) => Session.StartAsync(
        new TaskStartRequest { TaskId = Guid.NewGuid().ToString("N"), Program = "application", Arguments = [$"{steps}"], Environment = new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = "/work" }, Channels = ChannelPhrases.Eight },
        cancellationToken: cancellationToken);

    private async Task<long> LengthAsync(CancellationToken cancellationToken) => (await Session.GetTaskAsync(cancellationToken)).StdoutLength;

    private async Task ReachAsync(long length, CancellationToken cancellationToken)
    {
        await foreach (var happened in Session.FollowAsync(default, cancellationToken))
        {
            if (happened is TaskOutput part && part.Offset + part.Bytes.Length >= length)
            {
                return;
            }
        }

        throw new AssertionException("It ended before.");
    }

    private static double FractionOf(string status) => double.Parse(Fraction().Match(status).Groups[1].Value, CultureInfo.InvariantCulture);

    private static double CheckpointOf(string status) => double.Parse(Checkpoint().Match(status).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("<fraction_done>(.*)</fraction_done>")]
    private static partial Regex Fraction();

    [GeneratedRegex("<checkpoint_cpu_time>(.*)</checkpoint_cpu_time>")]
    private static partial Regex Checkpoint();
}

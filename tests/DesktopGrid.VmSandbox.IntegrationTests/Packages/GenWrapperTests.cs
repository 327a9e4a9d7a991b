using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;

namespace DesktopGrid.VmSandbox.IntegrationTests.Packages;

/// <summary>An unchanged package of GenWrapper's in the real guest.</summary>
[CancelAfter(240_000)]
internal sealed class GenWrapperTests : StoreFixture
{
    private const string Primes = """
        boinc init
        OUT=`boinc resolve_filename primes.txt`
        echo "$GREETING, $# arguments: $1, $2"
        read LINE
        echo "read: $LINE"
        echo "a word of warning" >&2
        FROM=0
        for PERCENT in 25 50 75 100; do
            sieve $FROM $((FROM + 5000)) >>$OUT
            FROM=$((FROM + 5000))
            boinc fraction_done_percent $PERCENT
        done
        boinc fraction_done 0.1
        boinc fraction_done 7
        digest <$OUT
        sort -rn $OUT | head -n 1 | awk '{ print "largest", $1 }'
        ls
        boinc finish 0
        echo "after the finish"
        """;

    private string _folder = null!;

    [SetUp]
    public void ChooseAFolder() => _folder = Store.Path_(Guid.NewGuid().ToString("N"));

    [TearDown]
    public void RemoveIt() => Directory.Delete(_folder, recursive: true);

    [Test]
    [Category("AlsoAsRoot")]
    public async Task A_package_of_several_programs_runs_as_it_is(CancellationToken cancellationToken)
    {
        var package = await PrimesPackage.MakeAsync(_folder, Primes, cancellationToken);
        var input = Store.Path_("stdin");
        await File.WriteAllTextAsync(input, "a line of the input\nanother\n", cancellationToken);
        var (primes, kept) = (Path.Combine(_folder, "primes.out"), Path.Combine(_folder, "kept.out"));
        var job = await (package.Package with { Arguments = ["with blanks  in it", "*"], StandardInput = input }).ToJobAsync(cancellationToken);
        var recorder = new Recorder();

        var result = await Host.RunAsync(job with { Outputs = [new JobOutput("primes.txt", primes), new JobOutput("gw_stdout.txt", kept)] }, recorder, cancellationToken: cancellationToken);

        result.ExitCode.Should().Be(0, result.GetStandardErrorText());
        var expected = await PrimesPackage.OnHostAsync("sieve", cancellationToken, "0", "20000");
        (await File.ReadAllTextAsync(primes, cancellationToken)).Should().Be(expected);
        result.GetStandardOutputText().Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(
            "good day, 2 arguments: with blanks  in it, *", "read: a line of the input", "b3a3df9c5cca1304", "largest 19997",
            "bin", "fraction_done.txt", "gw_stderr.txt", "gw_stdout.txt", "gw_tmp.sh", "primes.txt", "primes_1.0_x86_64-pc-linux-gnu.zip", "profile.sh", "wu_script.sh", "after the finish");
        (await File.ReadAllTextAsync(kept, cancellationToken)).Should().Be(result.GetStandardOutputText());
        result.GetStandardErrorText().Should().MatchRegex("^ > boinc: .*init\n > a word of warning\n$");
        result.Messages.Select(static message => (message.Key, message.Value)).Should().Equal(
            ("fraction_done", "0.250000"), ("fraction_done", "0.500000"), ("fraction_done", "0.750000"), ("fraction_done", "1.000000"));
        recorder.Seen.Select(static progress => progress.FractionDone).OfType<double>().Distinct().Should().Equal(0.25, 0.5, 0.75, 1);
    }

    [TestCase("exit 3; echo on", 3, "")]
    [TestCase("boinc finish 3; echo on", 3, "")]
    [TestCase("boinc finish 0; boinc fraction_done much; boinc finish; echo on", 0, "on\n")]
    [TestCase("sieve; echo on", 2, "")]
    public async Task The_script_s_end_is_the_job_s(string script, int exitCode, string output, CancellationToken cancellationToken)
    {
        var package = await PrimesPackage.MakeAsync(_folder, script, cancellationToken);

        var result = await Host.RunAsync(await package.Package.ToJobAsync(cancellationToken), cancellationToken);

        (result.ExitCode, result.GetStandardOutputText()).Should().Be((exitCode, output), result.GetStandardErrorText());
    }
}

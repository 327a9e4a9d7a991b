using DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Commands;

/// <summary>Bad input gets one clear sentence and the right exit code, and costs nothing: no store is made for a command line with a fault.</summary>
[CancelAfter(60_000)]
public sealed class BadInputTests
{
    [TestCase("vmsandbox needs a command: run, vm, sb, image, store, boinc, logs, jobs, doctor.", "")]
    [TestCase("There is no command or argument \"frobnicate\" here.", "frobnicate")]
    [TestCase("vmsandbox vm needs a command: create, load, start", "vm")]
    [TestCase("start needs MACHINE.", "vm start")]
    [TestCase("MACHINE: \"ABC\" is no machine id", "vm start ABC")]
    [TestCase("The command names no program.", "run")]
    [TestCase("There is no option \"--imput\".", "run --imput x /bin/sh")]
    [TestCase("--memory: \"512M\" is no whole number of MiB.", "run --memory 512M /bin/sh")]
    [TestCase("--cpus: \"two\" is no whole number.", "run --cpus two /bin/sh")]
    [TestCase("--wall-time: \"soon\" is no time", "run --wall-time soon /bin/sh")]
    [TestCase("--output-bytes: \"3X\" is no size", "run --output-bytes 3X /bin/sh")]
    [TestCase("--env: \"NOVALUE\" is not of the form NAME=VALUE.", "run --env NOVALUE /bin/sh")]
    [TestCase("--accelerator: \"warp\" is none of tcg, kvm, whpx, hvf.", "--accelerator warp doctor")]
    [TestCase("PERCENT: \"4\" is no whole number from 5 to 100.", "vm share 000000000000 4")]
    [TestCase("PERCENT: \"half\" is no whole number from 5 to 100.", "vm share 000000000000 half")]
    [TestCase("--grace: \"2h\" is no time of at most 60m.", "vm stop 000000000000 --grace 2h")]
    [TestCase("--job stands for the whole job", "run --job job.json /bin/sh")]
    [TestCase("--job stands for the whole job", "run --job job.json --memory 100")]
    [TestCase("--source: \"rumour\" is none of host, qemu", "logs 000000000000 --source rumour")]
    [TestCase("--since: \"yesterdayish\" is no moment", "logs 000000000000 --since yesterdayish")]
    [TestCase("Standard input has no name", "sb put 000000000000 -")]
    [TestCase("The work directory itself is only emptied", "sb delete 000000000000 .")]
    [TestCase("vmsandbox boinc needs a command: list, enable, disable, refresh, page.", "boinc")]
    [TestCase("enable needs PROJECT.", "boinc enable")]
    [TestCase("--factor: \"0.5\" is no number from 1 to 1000.", "boinc enable x --factor 0.5")]
    [TestCase("--port: \"70000\" is no port.", "boinc page --port 70000")]
    [TestCase("The program \"./prog\" is none of the inputs.", "run ./prog")]
    public async Task A_faulty_command_line_gets_one_sentence_and_makes_nothing(string sentence, string line)
    {
        using var store = new ConsoleStore();

        var outcome = (await SampleProcess.RunAsync([.. SampleProcess.Words("vmsandbox.dll"), "--store", store.File("store"), .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)], store.Folder)).ShouldEndWith(64);

        outcome.Output.Should().BeEmpty();
        outcome.Error.Split('\n')[0].Should().StartWith($"vmsandbox: {sentence}");
        outcome.Error.Should().NotContain("   at ");
        Directory.EnumerateFileSystemEntries(store.Folder).Should().BeEmpty();
    }

    [TestCase("\"limits.wallTme\"", """{ "program": "/bin/sh", "limits": { "wallTme": "1s" } }""")]
    [TestCase("\"inputs[0].hots\"", """{ "program": "/bin/sh", "inputs": [ { "hots": "x", "path": "y", "text": "" } ] }""")]
    [TestCase("\"program\" is missing", "{}")]
    [TestCase("\"arguments[1]\" must be a text", """{ "program": "/bin/sh", "arguments": ["a", 1] }""")]
    [TestCase("\"machine.memoryMiB\" must be a whole number", """{ "program": "/bin/sh", "machine": { "memoryMiB": 1.5 } }""")]
    [TestCase("\"limits.cpuTime\" is no time", """{ "program": "/bin/sh", "limits": { "cpuTime": "long" } }""")]
    [TestCase("must have either \"host\" or \"text\"", """{ "program": "/bin/sh", "inputs": [ { "path": "y" } ] }""")]
    [TestCase("it must be an object", "[]")]
    [TestCase("is not JSON, at line 2", "{ \"program\": \"/bin/sh\",\n oops }")]
    [TestCase("is wrong: Duplicate property 'program'", """{ "program": "/bin/sh", "program": "/bin/true" }""")]
    [TestCase("it holds a text that is no valid Unicode", """{ "program": "/bin/\ud800" }""")]
    [TestCase("it holds a text that is no valid Unicode", """{ "program": "/bin/sh", "environment": { "A\ud800": "" } }""")]
    public async Task A_faulty_job_file_gets_one_sentence_that_names_the_place(string sentence, string file)
    {
        using var store = new ConsoleStore();
        store.Write("job.json", file);

        var outcome = (await store.RunAsync(default, "run", "--job", "job.json")).ShouldEndWith(64);

        outcome.Error.Split('\n')[0].Should().StartWith("vmsandbox: The job file").And.Contain(sentence);
        outcome.Error.Should().NotContain("   at ");
    }

    [TestCase(64, "The job file /dev/zero is larger than 16 MiB.", "run --job /dev/zero")]
    [TestCase(64, "The job file / is a folder.", "run --job /")]
    [TestCase(66, "The job file nowhere.json cannot be read", "run --job nowhere.json")]
    [TestCase(66, "The job file nowhere/job.json cannot be read", "run --job nowhere/job.json")]
    [TestCase(66, "The input nowhere.txt cannot be read", "run --input nowhere.txt /bin/sh")]
    [TestCase(66, "The input nowhere cannot be read", "run --input nowhere prog")]
    [TestCase(66, "The input ./nowhere cannot be read", "run --input ./nowhere ./nowhere")]
    [TestCase(64, "is a folder", "run --input folder /bin/sh")]
    [TestCase(64, "Two inputs go to \"a\"", "run --input in.txt:a --input in.txt:a /bin/sh")]
    [TestCase(64, "An input has the path \"../a\"", "run --input in.txt:../a /bin/sh")]
    [TestCase(64, "is none of the inputs", "run nothing")]
    [TestCase(64, "MemoryMiB must be 64 to 1048576", "vm create --memory 1")]
    [TestCase(69, "The store has no image \"huge\"", "vm create --image huge")]
    [TestCase(66, "There is no machine 000000000000 in this store", "vm start 000000000000")]
    [TestCase(66, "There is no machine 000000000000 in this store", "sb ping 000000000000")]
    [TestCase(66, "There is no machine 000000000000 in this store, and no log of it", "logs 000000000000")]
    [TestCase(66, "Could not find file", "sb put 000000000000 nowhere.txt")]
    [TestCase(69, "QEMU is not at", "--qemu nowhere run /bin/true")]
    [TestCase(64, "contradict", "--require-hardware vm list")]
    public async Task What_is_wrong_with_the_rest_is_told_likewise_and_leaves_nothing(int exitCode, string sentence, string line)
    {
        using var store = new ConsoleStore();
        store.Write("in.txt", "x");
        Directory.CreateDirectory(store.File("folder"));

        var plain = (await store.RunAsync(default, ["--quiet", .. line.Split(' ')])).ShouldEndWith(exitCode);

        plain.Output.Should().BeEmpty();
        plain.Error.Split('\n')[0].Should().StartWith("vmsandbox: ").And.Contain(sentence);
        plain.Error.Should().NotContain("   at ");
        store.Machines().Should().BeEmpty();
    }

    [TestCase("Put it in with --input ./in.txt and call it in.txt", "run ./in.txt")]
    [TestCase("Put it in with --input in.txt and call it in.txt", "run in.txt")]
    [TestCase("In the guest the input is called in.txt", "run --input ./in.txt ./in.txt")]
    [TestCase("--recursive", "sb delete 000000000000 .")]
    public async Task What_is_called_otherwise_here_comes_with_advice(string advice, string line)
    {
        using var store = new ConsoleStore();
        store.Write("in.txt", "x");

        var outcome = (await store.RunAsync(default, line.Split(' '))).ShouldEndWith(64);

        outcome.Error.Split('\n')[1].Should().StartWith("vmsandbox: ").And.Contain(advice);
    }

    [Test]
    public async Task A_store_that_cannot_be_made_is_told_with_advice_and_as_json()
    {
        using var store = new ConsoleStore();
        store.Write("file", "");

        var outcome = (await SampleProcess.RunAsync([.. SampleProcess.Words("vmsandbox.dll"), "--store", store.File("file/store"), "--json", "vm", "list"])).ShouldEndWith(73);

        outcome.Error.Should().Contain("cannot be written").And.Contain("Choose a folder");
        var error = outcome.Json.GetProperty("error");
        error.GetProperty("code").GetString().Should().Be("storeNotWritable");
        error.GetProperty("exitCode").GetInt32().Should().Be(73);
        error.GetProperty("advice").GetString().Should().NotBeEmpty();
    }
}

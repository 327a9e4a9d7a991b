using System.Diagnostics;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.IntegrationTests.Qemu;

/// <summary>Which QEMU is used, and what is said of one that is none.</summary>
[NonParallelizable]
internal sealed class FindingTests : StoreFixture
{
    private const string Real = "/usr/bin/qemu-system-x86_64";

    [Test]
    [CancelAfter(120_000)]
    public async Task The_option_comes_before_the_variable_and_the_variable_before_the_path(CancellationToken cancellationToken)
    {
        // A folder of PATH that comes first, and in it a QEMU that is a link to the real one.
        var folder = Directory.CreateDirectory(Store.Path_("bin")).FullName;
        var linked = Path.Combine(folder, "qemu-system-x86_64");
        File.CreateSymbolicLink(linked, Real);
        using var path = new Variable("PATH", $"{folder}:{Environment.GetEnvironmentVariable("PATH")}");

        (await FindAsync(null, cancellationToken)).FoundBy.Should().Be("PATH");
        using var named = new Variable("VMSANDBOX_QEMU", Real);
        (await FindAsync(null, cancellationToken)).FoundBy.Should().Contain("VMSANDBOX_QEMU");
        (await FindAsync(linked, cancellationToken)).FoundBy.Should().Be("option");
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_qemu_beside_the_application_comes_before_the_path_and_gets_the_right_to_run(CancellationToken cancellationToken)
    {
        var carried = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "vmsandbox-qemu")).FullName;
        try
        {
            // As a NuGet package brings it.
            var file = Path.Combine(carried, "qemu-system-x86_64");
            await File.WriteAllTextAsync(file, $"#!/bin/sh\nexec {Real} \"$@\"\n", cancellationToken);
            File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);

            (await FindAsync(null, cancellationToken, file)).FoundBy.Should().Be("beside the application");

            File.GetUnixFileMode(file).Should().Be((UnixFileMode)0b111_101_101);
        }
        finally
        {
            Directory.Delete(carried, recursive: true);
        }
    }

    [Test]
    public async Task A_qemu_that_is_not_where_it_was_named_is_told_with_what_to_do()
    {
        await using var host = await Store.OpenHostAsync(static options => options.Qemu.EmulatorPath = "/nowhere/qemu-system-x86_64");

        var failure = await host.FailAsync(TestJobs.Shell("true"), SandboxErrorCode.QemuNotFound, TaskFate.NeverStarted);

        failure.Message.Should().Contain("/nowhere/qemu-system-x86_64").And.Contain("EmulatorPath").And.Contain("apt install qemu-system-x86");
    }

    [Test]
    public async Task A_program_that_is_no_qemu_is_told_as_such()
    {
        var failure = await FailWithAsync("/bin/true");

        failure.Code.Should().Be(SandboxErrorCode.QemuUnsuitable);
        failure.Message.Should().Contain("does not run as a QEMU system emulator");
    }

    [Test]
    public async Task A_program_that_dies_with_a_message_is_told_with_that_message()
    {
        var failure = await FailWithAsync(Script("echo 'qemu: the frobnicator is missing' >&2; exit 3"));

        failure.Code.Should().Be(SandboxErrorCode.QemuUnsuitable);
        failure.Message.Should().Contain("the frobnicator is missing");
        failure.Evidence.Errors.Should().Contain("qemu: the frobnicator is missing");
    }

    [Test]
    public async Task A_program_that_says_nothing_and_waits_is_ended_within_the_bound()
    {
        // Not by a child: it may start none.
        var script = Script("exec sleep 123454321");
        var clock = Stopwatch.StartNew();

        var failure = await FailWithAsync(script, TimeSpan.FromSeconds(2));

        failure.Code.Should().Be(SandboxErrorCode.QemuUnsuitable);
        failure.Message.Should().Contain("did not open its monitor within 2 s");
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30));
        await Eventually.HoldsAsync(() => ProcessTable.Naming("sleep 123454321").Count == 0, "it was ended");
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task A_qemu_behind_a_script_that_becomes_it_is_usable(CancellationToken cancellationToken)
    {
        // As some distributions and bundles start it: with libraries of its own.
        var script = Script($"exec {Real} \"$@\"");
        await using var host = await Store.OpenHostAsync(options => options.Qemu.EmulatorPath = script);

        (await host.RunAsync(TestJobs.Shell("exit 4"), cancellationToken: cancellationToken)).ExitCode.Should().Be(4);
    }

    private async Task<JobException> FailWithAsync(string emulator, TimeSpan? launchTimeout = null)
    {
        await using var host = await Store.OpenHostAsync(options =>
        {
            options.Qemu.EmulatorPath = emulator;
            options.Qemu.LaunchTimeout = launchTimeout ?? options.Qemu.LaunchTimeout;
        });
        var failure = (await FluentActions.Awaiting(() => host.RunAsync(TestJobs.Shell("true"))).Should().ThrowAsync<JobException>()).Which;
        failure.Fate.Should().Be(TaskFate.NeverStarted);
        failure.Message.Should().Contain(emulator).And.Contain("apt install qemu-system-x86");
        return failure;
    }

    private async Task<(string Path, string FoundBy)> FindAsync(string? option, CancellationToken cancellationToken, string expected = Real)
    {
        await using var host = await Store.OpenHostAsync(options =>
        {
            options.Qemu.EmulatorPath = option;
            // Without an image the doctor looks no further than for QEMU.
            options.GuestImage = "/nowhere";
        });
        var found = await host.DiagnoseAsync(cancellationToken);
        found.QemuPath.Should().Be(expected, "links are resolved");
        return (found.QemuPath!, found.QemuFoundBy!);
    }

    private string Script(string text)
    {
        // Where the host is root, a user of the machine's own must be able to read it.
        var folder = Directory.CreateDirectory(Store.Path_("scripts"), (UnixFileMode)0b111_101_101).FullName;
        var path = Path.Combine(folder, $"qemu-{Guid.NewGuid():N}");
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }

    private sealed class Variable : IDisposable
    {
        private readonly string _name;
        private readonly string? _before;

        public Variable(string name, string value)
        {
            (_name, _before) = (name, Environment.GetEnvironmentVariable(name));
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(_name, _before);
    }
}

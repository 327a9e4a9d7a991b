using DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Commands;

/// <summary>Work that is kept at a quit goes to another store in a file; and the stores in hand.</summary>
[CancelAfter(300_000)]
public sealed class TravelCommandTests
{
    [Test]
    public async Task Work_is_kept_at_a_quit_and_goes_on_in_another_store(CancellationToken cancellationToken)
    {
        using var here = new ConsoleStore();
        using var there = new ConsoleStore();
        var file = here.File("work.cp");
        var id = (await here.RunAsync(cancellationToken, "vm", "create", "--memory", "128")).ShouldEndWith(0).Output.Trim();
        (await here.RunAsync(cancellationToken, "vm", "start", id)).ShouldEndWith(0);
        (await here.RunAsync(cancellationToken, "sb", "start", id, "--follow", "/bin/sh", "--", "-c", "echo kept > work")).ShouldEndWith(0);
        (await here.RunAsync(cancellationToken, "vm", "export", id, file)).ShouldEndWith(65).Error.Should().Contain("Export is allowed when it is Stopped, Failed");
        File.Exists(file).Should().BeFalse();

        var stopped = (await here.RunAsync(cancellationToken, "vm", "stop", id, "--keep", "evening", "--within", "60s")).ShouldEndWith(0);
        (stopped.Output.Trim(), stopped.Error.Contains("evening", StringComparison.Ordinal)).Should().Be(($"{id} Stopped", true));
        (await here.RunAsync(cancellationToken, "vm", "export", id, file, "--name", "evening", "--json")).ShouldEndWith(0).Json.GetProperty("length").GetInt64().Should().Be(new FileInfo(file).Length);
        var other = (await there.RunAsync(cancellationToken, "vm", "import", file)).ShouldEndWith(0).Output.Trim();
        other.Should().MatchRegex("^[0-9a-f]{12}$");
        (await there.RunAsync(cancellationToken, "vm", "resume", other)).ShouldEndWith(0).Output.Should().StartWith("evening ");
        (await there.RunAsync(cancellationToken, "sb", "get", other, "work", "-")).ShouldEndWith(0).Output.Should().Be("kept\n");

        (await there.RunAsync(cancellationToken, "store", "df")).ShouldEndWith(0).Output.Should().Contain("Checkpoint").And.Contain("evening").And.Contain(other).And.Contain("in all");
        (await there.RunAsync(cancellationToken, "vm", "destroy", other)).ShouldEndWith(0);
        // One that was asked for within the last minute may have a machine in a moment.
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(there.Folder, "store", "images")))
        {
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow - TimeSpan.FromHours(1));
        }

        (await there.RunAsync(cancellationToken, "store", "prune", "--dry-run", "--json")).ShouldEndWith(0).Json.GetProperty("removed").GetArrayLength().Should().Be(1, "only the image is left");
        (await there.RunAsync(cancellationToken, "store", "prune", "--to", "1G")).ShouldEndWith(0).Output.Should().NotContain("Image");
        (await there.RunAsync(cancellationToken, "store", "prune")).ShouldEndWith(0).Output.Should().Contain("Image").And.Contain("left");

        await File.WriteAllTextAsync(file, "no checkpoint", cancellationToken);
        (await there.RunAsync(cancellationToken, "vm", "import", file)).ShouldEndWith(65).Error.Should().Contain("cannot be imported");
        (await there.RunAsync(cancellationToken, "vm", "import", file + ".none")).ShouldEndWith(66);
        (await here.RunAsync(cancellationToken, "vm", "stop", id, "--within", "60s")).ShouldEndWith(64);
        (await here.RunAsync(cancellationToken, "vm", "destroy", id)).ShouldEndWith(0);
        here.ShouldHaveNothingLeft(id);
    }
}

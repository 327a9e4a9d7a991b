using DesktopGrid.VmSandbox.Catalog;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Tests.Support;

namespace DesktopGrid.VmSandbox.Tests.Catalog;

public sealed class CatalogTableTests
{
    private TemporaryFolder _folder = null!;
    private CatalogDatabase _database = null!;
    private MachineTable _machines = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _database = CatalogDatabase.Open(_folder.File("catalog.db"));
        _machines = new MachineTable(_database);
        new ImageTable(_database).Add(Rows.Image);
    }

    [TearDown]
    public void Close()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void A_machine_comes_back_as_it_went_in()
    {
        var row = Rows.Machine("0123456789ab") with
        {
            State = "Running",
            OutlivesHost = true,
            KeepLog = TimeSpan.FromDays(3650),
            Process = "1:2:boot",
            MachineType = "pc",
            CpuModel = "cpu",
            QemuVersion = "7.2",
            Accelerator = "Tcg",
            StartPath = "Cold",
            Confinement = "[]",
            CpuTime = TimeSpan.FromMilliseconds(1234),
            LastError = "'); DROP TABLE machines; --",
            Labels = new Dictionary<string, string> { ["name"] = "value", ["'quoted'"] = "\nπ", ["empty"] = "" },
        };

        _machines.Add(row);

        _machines.Find(row.Id).Should().BeEquivalentTo(row);
        _machines.All().Should().ContainSingle();
    }

    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(true, true)]
    public void How_a_machine_may_start_comes_back_as_it_went_in(bool isWarm, bool isShared)
    {
        var row = Rows.Machine("a") with { WarmStart = isWarm, SharesMemory = isShared };
        _machines.Add(row);
        _machines.Find("a").Should().BeEquivalentTo(row);
    }

    [Test]
    public void A_machine_s_layers_keep_their_order_and_must_be_there()
    {
        var layers = new LayerTable(_database);
        foreach (var id in (string[])["x", "y", "z"])
        {
            layers.Add(new LayerRow(id, "name", Rows.Image.AddedAt));
        }

        var row = Rows.Machine("a") with { Layers = ["z", "x", "y"] };
        _machines.Add(row);
        _machines.Add(Rows.Machine("b"));

        _machines.Find("a").Should().BeEquivalentTo(row);
        _machines.All().Select(static it => it.Layers.Count).Should().BeEquivalentTo([3, 0]);
        layers.RemoveUnused("x").Should().BeFalse();
        _machines.Remove("a");
        layers.RemoveUnused("x").Should().BeTrue();
        _machines.Invoking(static it => it.Add(Rows.Machine("c") with { Layers = ["x"] })).Should().Throw<CatalogException>().Which.Code.Should().Be(SandboxErrorCode.CatalogConflict);
        _machines.Find("c").Should().BeNull();
    }

    [Test]
    public void An_update_writes_what_changes_and_leaves_labels_alone()
    {
        var row = Rows.Machine("a") with { Labels = new Dictionary<string, string> { ["k"] = "v" } };
        _machines.Add(row);
        _machines.Update(row with { State = "Failed", LastError = "gone", Labels = new Dictionary<string, string>() });

        _machines.Find("a").Should().BeEquivalentTo(row with { State = "Failed", LastError = "gone" });
    }

    [Test]
    public void An_update_of_a_machine_that_is_gone_does_nothing()
    {
        _machines.Update(Rows.Machine("gone"));

        _machines.All().Should().BeEmpty();
    }

    [Test]
    public void A_name_that_is_in_use_is_a_conflict()
    {
        _machines.Add(Rows.Machine("a"));

        _machines.Invoking(static it => it.Add(Rows.Machine("a"))).Should().Throw<CatalogException>().Which.Code.Should().Be(SandboxErrorCode.CatalogConflict);
    }

    [Test]
    public void A_machine_needs_its_image() =>
        _machines.Invoking(static it => it.Add(Rows.Machine("a") with { ImageId = "none" })).Should().Throw<CatalogException>().Which.Code.Should().Be(SandboxErrorCode.CatalogConflict);

    [Test]
    public void An_image_stays_while_a_machine_needs_it_and_can_go_after()
    {
        var images = new ImageTable(_database);
        _machines.Add(Rows.Machine("a"));
        images.Invoking(static it => it.Remove(Rows.ImageId)).Should().Throw<CatalogException>();

        _machines.Remove("a");
        images.Remove(Rows.ImageId);
        images.All().Should().BeEmpty();
    }

    [Test]
    public void With_a_machine_go_its_labels()
    {
        _machines.Add(Rows.Machine("a") with { Labels = new Dictionary<string, string> { ["k"] = "v" } });
        _machines.Remove("a");

        _database.Run(static connection => CatalogDatabase.Query(connection, "SELECT count(*) FROM labels", static reader => reader.GetInt32(0))).Should().Equal(0);
    }

    [Test]
    public void A_job_is_interrupted_when_its_machine_has_gone_and_its_owner_with_it()
    {
        _machines.Add(Rows.Machine("a"));
        var jobs = new JobTable(_database, "owner");
        jobs.Save(Job("j", "a"));
        jobs.Interrupted(Dead).Should().BeEmpty("its machine is there");

        _machines.Remove("a");
        jobs.Interrupted(static owner => owner == "owner").Should().BeEmpty("its owner is just about to tell its end");
        jobs.Interrupted(Dead).Should().BeEquivalentTo([Job("j", "a")]);

        jobs.Remove("j");
        jobs.Interrupted(Dead).Should().BeEmpty();
        jobs.Invoking(static it => it.Remove("j")).Should().NotThrow();
    }

    [Test]
    public void A_job_s_fate_is_written_over()
    {
        var jobs = new JobTable(_database, "owner");
        var started = Job("j", "gone");
        jobs.Save(started);
        var ended = started with { Fate = TaskFate.Ended, EndedAt = started.StartedAt.AddHours(1), ExitCode = 3 };
        jobs.Save(ended);

        jobs.Interrupted(Dead).Should().BeEquivalentTo([ended]);
    }

    [Test]
    public void Images_are_listed_newest_first_and_added_once()
    {
        var images = new ImageTable(_database);
        var newer = new ImageRow("b", "newer", Rows.Image.AddedAt.AddDays(1));
        images.Add(newer);
        images.Add(newer with { Name = "other" });

        images.All().Should().Equal(newer, Rows.Image);
    }

    [Test]
    public void A_kept_log_is_remembered_until_it_is_forgotten()
    {
        var logs = new KeptLogTable(_database);
        logs.Keep("a", DateTimeOffset.UnixEpoch.AddDays(1));
        logs.Keep("a", DateTimeOffset.UnixEpoch.AddDays(2));
        logs.All().Should().Equal(("a", DateTimeOffset.UnixEpoch.AddDays(2)));
        logs.Forget("a");

        logs.All().Should().BeEmpty();
    }

    [Test]
    public void A_verdict_is_kept_per_build_and_accelerator_in_place_of_an_older_one()
    {
        var verdicts = new VerdictTable(_database);
        var verdict = new VerdictRow("7.2|6.1", "Kvm", true, "in 0.9 s", DateTimeOffset.UnixEpoch.AddDays(1));
        verdicts.Save(verdict with { IsProven = false });
        verdicts.Save(verdict);

        verdicts.Find("7.2|6.1", "Kvm").Should().Be(verdict);
        verdicts.Find("7.2|6.2", "Kvm").Should().BeNull();
        verdicts.Find("7.2|6.1", "Tcg").Should().BeNull();
    }

    private static JobRow Job(string id, string machine) => new(id, machine, "/bin/true", new Dictionary<string, string> { ["unit"] = "1" }, TaskFate.MayHaveRun, DateTimeOffset.UnixEpoch.AddDays(3), null, null);

    private static bool Dead(string owner) => false;
}

using System.Diagnostics;
using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Control.Signatures;
using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Platform;
using DesktopGrid.VmSandbox.Boinc.Programs;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Options;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Slots;

/// <summary>A pipe in the place of a file, to which nobody writes, holds none of those who open files of a slot or a project.</summary>
public sealed class PipeTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private TempSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new TempSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [Test]
    public Task A_file_that_is_read_whole() => RefusedAsync("file", static path => BoundedFile.Read(path, 100));

    [Test]
    public Task A_file_that_is_hashed() => RefusedAsync("file", static path => FileDigest.OfAsync(path, CancellationToken.None).GetAwaiter().GetResult());

    [Test]
    public Task A_program_that_is_looked_into() => RefusedAsync("file", static path => ProgramInspector.Inspect(path));

    [Test]
    public Task A_program_that_may_be_linked_with_the_API() => RefusedAsync("file", static path => ApiMark.IsIn(path));

    [Test]
    public Task A_link_of_a_slot() => RefusedAsync("file", _ => SoftLink.Resolve(_slot.Slot, "file", _slot.Project));

    [Test]
    public Task A_file_of_a_slot() => RefusedAsync("file", _ => _slot.Files());

    [Test]
    public Task What_a_link_of_a_slot_leads_to()
    {
        _slot.Put("in", "<soft_link>../../projects/example.org/pipe</soft_link>\n");
        return RefusedAsync("../../projects/example.org/pipe", _ => _slot.Files());
    }

    [Test]
    public Task A_file_of_the_app_version() => RefusedAsync("app", _ => new VersionFiles(_slot.Slot, null).Find("app"));

    [Test]
    public Task What_a_link_to_a_file_of_the_app_version_leads_to()
    {
        _slot.Put("app", "<soft_link>../../projects/example.org/pipe</soft_link>\n");
        var data = AppInitDataReader.Parse(InitDataText.Of(_slot.Project, _slot.DataDirectory, more: "<app_file>pipe</app_file>"));
        return RefusedAsync("../../projects/example.org/pipe", _ => new VersionFiles(_slot.Slot, data).Find("app"));
    }

    [Test]
    public async Task The_record_of_a_task()
    {
        MakePipe("vmsandbox_task.json");
        (await Task.Run(() => TaskRecord.Read(_slot.Slot, "r")).WaitAsync(Bound)).Should().BeNull();
    }

    [Test]
    public async Task The_address_of_the_page()
    {
        MakePipe("../../" + PageFile.Name);
        (await Task.Run(() => PageFile.Read(_slot.DataDirectory)).WaitAsync(Bound)).Should().BeNull();
    }

    [Test]
    public async Task The_lock_of_a_slot()
    {
        var path = MakePipe(SlotFiles.Lock);
        await FluentActions.Awaiting(() => Task.Run(() => SlotLock.TryTake(path)).WaitAsync(Bound)).Should().ThrowAsync<IOException>().WithMessage("it is no ordinary file");
    }

    [Test]
    public async Task A_word_for_the_client_that_is_written()
    {
        MakePipe(SlotFiles.Finish + ".new");
        await Task.Run(() => SlotNotices.Finish(_slot.Slot, 0)).WaitAsync(Bound);
        File.ReadAllText(Path.Combine(_slot.Slot, SlotFiles.Finish)).Should().Be("0\n");
    }

    [Test]
    public void A_device_is_none_either() =>
        FluentActions.Invoking(() => RegularFile.OpenRead("/dev/zero")).Should().Throw<IOException>().WithMessage("it is no ordinary file");

    [Test]
    public void A_folder_is_none_either() =>
        FluentActions.Invoking(() => RegularFile.OpenRead(_slot.Slot)).Should().Throw<IOException>().WithMessage("it is no ordinary file");

    [Test]
    public void An_ordinary_file_is_read_as_ever()
    {
        using var file = RegularFile.OpenRead(_slot.Put("file", "content"));
        using var reader = new StreamReader(file);
        reader.ReadToEnd().Should().Be("content");
    }

    private async Task RefusedAsync(string name, Action<string> read)
    {
        var path = MakePipe(name);
        await FluentActions.Awaiting(() => Task.Run(() => read(path)).WaitAsync(Bound)).Should().ThrowAsync<BoincException>().WithMessage("*cannot be read: it is no ordinary file");
    }

    private string MakePipe(string name)
    {
        var path = Path.GetFullPath(Path.Combine(_slot.Slot, name));
        using var made = Process.Start("mkfifo", [path]);
        made.WaitForExit(10_000).Should().BeTrue();
        made.ExitCode.Should().Be(0);
        return path;
    }
}

using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Images;

public sealed class BackingChainTests
{
    private TemporaryFolder _folder = null!;
    private string _store = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _store = _folder.Make("store");
        Directory.CreateDirectory(Path.Combine(_store, "machines"));
        Directory.CreateDirectory(Path.Combine(_store, "images"));
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void A_good_chain_is_walked_to_its_base()
    {
        var disk = Qcow2Bytes.Base().WriteTo(In("images/base.qcow2"));
        var middle = Qcow2Bytes.Overlay(disk).WriteTo(In("images/middle.qcow2"));
        var overlay = Overlay("../images/middle.qcow2");

        BackingChain.Check(overlay, _store).Should().Equal(overlay, middle, disk);
    }

    [Test]
    public void A_raw_base_ends_the_chain_unread()
    {
        // What a guest wrote into its own raw disk looks like a header with a backing file: nobody may take it for one.
        var disk = Qcow2Bytes.Overlay("/etc/passwd").WriteTo(In("images/raw"));

        BackingChain.Check(Overlay("../images/raw", "raw"), _store).Should().HaveCount(2).And.EndWith(disk);
    }

    [TestCase("../../outside", "lies outside the store")]
    [TestCase("../../../../../../../../etc/passwd", "lies outside the store")]
    [TestCase("/etc/passwd", "lies outside the store")]
    [TestCase("nbd:localhost:10809", "names a protocol")]
    [TestCase("nbd+unix:///disk?socket=/run/nbd", "names a protocol")]
    [TestCase("json:{\"driver\":\"file\",\"filename\":\"/etc/passwd\"}", "names a protocol")]
    [TestCase("http://example.org/disk", "names a protocol")]
    [TestCase("fd:3", "names a protocol")]
    public void What_leads_out_of_the_store_is_refused(string name, string fault)
    {
        File.WriteAllText(_folder.File("outside"), "");
        Refused(Overlay(name)).Should().Contain(fault);
    }

    [TestCase("")]
    [TestCase("vmdk")]
    [TestCase("host_device")]
    public void A_backing_file_of_another_format_is_refused(string format)
    {
        Qcow2Bytes.Base().WriteTo(In("images/base.qcow2"));
        Refused(Overlay("../images/base.qcow2", format)).Should().Contain("does not name its backing file's format");
    }

    [Test]
    public void A_circle_is_refused()
    {
        Qcow2Bytes.Overlay("b").WriteTo(In("machines/a"));
        Qcow2Bytes.Overlay("a").WriteTo(In("machines/b"));

        Refused(In("machines/a")).Should().Contain("its backing chain is a circle");
    }

    [Test]
    public void A_disk_over_itself_is_refused()
    {
        Qcow2Bytes.Overlay("a").WriteTo(In("machines/a"));

        Refused(In("machines/a")).Should().Contain("its backing chain is a circle");
    }

    [Test]
    public void A_chain_that_is_too_long_is_refused()
    {
        for (var link = 0; link < 20; link++)
        {
            Qcow2Bytes.Overlay($"{link + 1}").WriteTo(In($"machines/{link}"));
        }

        Refused(In("machines/0")).Should().Contain("too long");
    }

    [Test]
    public void A_link_is_refused_wherever_it_leads()
    {
        Qcow2Bytes.Base().WriteTo(In("images/base.qcow2"));
        File.CreateSymbolicLink(In("images/link.qcow2"), In("images/base.qcow2"));

        Refused(Overlay("../images/link.qcow2")).Should().Contain("it is a link");
    }

    [Test]
    public void A_folder_whose_name_only_begins_like_the_store_s_is_outside()
    {
        Directory.CreateDirectory(_store + "-of-another");
        Qcow2Bytes.Base().WriteTo(_store + "-of-another/base.qcow2");

        Refused(Overlay("../../store-of-another/base.qcow2")).Should().Contain("lies outside the store");
    }

    [TestCase("qcow2")]
    [TestCase("raw")]
    public void A_base_that_is_gone_is_missing(string format) =>
        FluentActions.Invoking(() => BackingChain.Check(Overlay("../images/none", format), _store)).Should().Throw<ImageException>().Which.Code.Should().Be(SandboxErrorCode.ImageMissing);

    [Test]
    public void A_hostile_base_is_refused_as_well()
    {
        Qcow2Bytes.Base().U64(Qcow2Bytes.Incompatible, 4).WriteTo(In("images/base.qcow2"));

        Refused(Overlay("../images/base.qcow2")).Should().Contain("an external data file");
    }

    private string In(string path) => Path.Combine(_store, path);

    private string Overlay(string backingFile, string format = "qcow2") => Qcow2Bytes.Overlay(backingFile, format).WriteTo(In("machines/overlay.qcow2"));

    private string Refused(string overlay)
    {
        var failure = FluentActions.Invoking(() => BackingChain.Check(overlay, _store)).Should().Throw<ImageException>().Which;
        failure.Code.Should().Be(SandboxErrorCode.ImageRefused);
        return failure.Message;
    }
}

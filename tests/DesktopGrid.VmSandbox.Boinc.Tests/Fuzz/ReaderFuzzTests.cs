using System.Text;
using DesktopGrid.VmSandbox.Boinc.GuestBridge;
using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.JobXml;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Options;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Fuzz;

/// <summary>Each reader of what others write answers, or refuses in our own words: never anything else.</summary>
public sealed class ReaderFuzzTests
{
    private TempSlot _slot = null!;

    [SetUp]
    public void Make() => _slot = new TempSlot();

    [TearDown]
    public void Remove() => _slot.Dispose();

    [Test]
    public void Init_data() => Mutations.Demand(Bytes(InitDataText.Of()), static bytes => GuestInitData.Write(AppInitDataReader.Parse(Text(bytes)), 1, 256, "/work", "/work"));

    [Test]
    public void Jobs() => Mutations.Demand(
        Bytes("<job_desc><task><application>a</application><command_line>$NTHREADS \"b\" boinc_resolve(c)</command_line><setenv>A=$PWD</setenv><weight>2</weight><time_limit>5</time_limit></task><zip_output><zipfilename>z</zipfilename><filename>.*</filename></zip_output></job_desc>"),
        static bytes =>
        {
            var macros = new JobMacros("/work/p", "/work", 2);
            foreach (var task in WrapperJobReader.Parse(Text(bytes)).Tasks)
            {
                ArgumentText.Split(macros.Expand(task.CommandLine));
            }
        });

    [Test]
    public void Our_own_options() => Mutations.Demand(Bytes("<vmsandbox><payload>a</payload><memory_mib>256</memory_mib><cpus>2</cpus><output>b</output><qemu>/q</qemu><layer>c.tar.gz</layer></vmsandbox>"), bytes =>
    {
        File.WriteAllBytes(Path.Combine(_slot.Slot, "vmsandbox.xml"), bytes);
        WrapperOptionsReader.Read(new VersionFiles(_slot.Slot, null), []);
    });

    [Test]
    public void Soft_links() => Mutations.Demand(Bytes("<soft_link>../../projects/example.org/x</soft_link>\n"), bytes =>
    {
        File.WriteAllBytes(Path.Combine(_slot.Slot, "link"), bytes);
        SoftLink.Resolve(_slot.Slot, "link", _slot.Project).Should().StartWith(_slot.DataDirectory).And.NotContain("client_state");
    });

    [Test]
    public void Our_own_record() => Mutations.Demand(Bytes("""{"result":"r","machine":"7a1493a17c4c","earlier_cpu_seconds":1.5,"inputs":["a"],"outputs":{"b":"/c"},"failures":1}"""), bytes =>
    {
        File.WriteAllBytes(Path.Combine(_slot.Slot, "vmsandbox_task.json"), bytes);
        TaskRecord.Read(_slot.Slot, "r");
    });

    [Test]
    public void What_goes_through_the_channels() => Mutations.Demand(Bytes("<heartbeat/><max_wss>5</max_wss><fraction_done>0.5</fraction_done><suspend/><have_trickle_down/>"), static bytes =>
    {
        var text = Text(bytes);
        ClientMessages.Heartbeat(text);
        ClientMessages.ProcessControl(text).Count().Should().BeLessThan(7);
        ClientMessages.TrickleDown(text).Count().Should().BeLessThan(3);
        GuestAppStatus.Parse(text).FractionDone.Should().Match(static fraction => fraction == null || (fraction >= 0 && fraction <= 1));
    });

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}

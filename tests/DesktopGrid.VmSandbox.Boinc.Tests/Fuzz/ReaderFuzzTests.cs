using System.Text;
using DesktopGrid.VmSandbox.Boinc.Control.Page;
using DesktopGrid.VmSandbox.Boinc.GuestBridge;
using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.JobXml;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Guests;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Options;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Plans;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Runs;

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

    [Test]
    public void What_a_program_says_of_its_progress() => Mutations.Demand(Bytes("0.1\n0.25 of it\n1e-1\n-0.5\nnan\n0.75\n"), static bytes =>
        FractionText.Last(Text(bytes), 64).Should().Match(static fraction => fraction == null || (fraction >= 0 && fraction <= 1)));

    [Test]
    public void What_a_program_prints() => Mutations.Demand(Bytes("a\u001b[2Jb\r\nc\u0007\n\td"), static bytes =>
        ConsoleText.Lines(Text(bytes)).Should().NotContain(static line => line.Any(static sign => sign < ' ' && sign != '\t')));

    [Test]
    public void Word_of_an_upload() => Mutations.Demand(Bytes("<status>-224</status>\n"), static bytes => ClientMessages.UploadStatus(Text(bytes)));

    [Test]
    public async Task The_file_about_an_upload()
    {
        // Alone: what is read is the same.
        await using var task = await BoincTask.OpenAsync(new BoincTaskOptions { Slot = _slot.Slot });
        Mutations.Demand(Bytes("<status>0</status>\n"), bytes =>
        {
            File.WriteAllBytes(Path.Combine(_slot.Slot, "boinc_ufs_part"), bytes);
            task.FindUploadStatus("part");
        });
    }

    [Test]
    public async Task Where_the_page_is()
    {
        await using var task = await BoincTask.OpenAsync(new BoincTaskOptions { Slot = _slot.Slot });
        Mutations.Demand(Bytes("""{"url":"http://127.0.0.1:31480/view/0123456789abcdef"}"""), bytes =>
        {
            File.WriteAllBytes(Path.Combine(_slot.DataDirectory, "vmsandbox_page.json"), bytes);
            new PageOffer(task, _slot.DataDirectory).Offer(0);
        });
    }

    [Test]
    public void How_a_sandbox_is() => Mutations.Demand(Bytes("""{"result":"r_0","project":"p","machine":"7a14","state":"Running","fraction_done":0.5,"cpu_seconds":1.5,"elapsed_seconds":2,"last_checkpoint":"2026-01-02T03:04:05Z","memory_bytes":5000,"accelerator":"tcg","console":["a","b"]}"""), bytes =>
    {
        File.WriteAllBytes(Path.Combine(_slot.Slot, "vmsandbox_status.json"), bytes);
        foreach (var status in new SlotReader(_slot.DataDirectory, TimeProvider.System).Read())
        {
            (status.Slot, status.FractionDone).Should().Match<(int Slot, double FractionDone)>(static each => each.Slot == 0 && each.FractionDone >= 0 && each.FractionDone <= 1);
            string.Concat([status.Result, status.Project, status.Machine, status.State, status.Accelerator, .. status.Console]).Should().NotMatchRegex("\\p{C}").And.Match(static text => text.Length < 30_000);
        }
    });

    [Test]
    public void The_command_line()
    {
        _slot.Put("worker", "");
        _slot.Put("job.xml", "<job_desc><task><application>worker</application><append_cmdline_args/></task></job_desc>");
        // A client splits it at blanks and quotation marks; here a line is an argument.
        Mutations.Demand(Bytes("--nthreads\n4\n--trickle\n60\n--use_tstp\n--passthrough_child\n-x\n--vmsandbox\nmemory_mib=300\ncpus=2\napi=0\noutput=b"), bytes =>
        {
            var files = new VersionFiles(_slot.Slot, null);
            var arguments = WrapperArguments.Of(Text(bytes).Split('\n'));
            var plan = new TaskPlanner(files, WrapperOptionsReader.Read(files, arguments.Own), arguments, null).Make(_slot.Files());
            plan.VirtualCpus.Should().BeInRange(1, 64);
            plan.Tasks[0].ToRequest("id", null).Arguments.Should().StartWith("-c");
        });
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}

using DesktopGrid.VmSandbox.Boinc.Control.AppInfo;
using DesktopGrid.VmSandbox.Boinc.Programs;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Projects;
using DesktopGrid.VmSandbox.Boinc.Tests.Control.Recorded;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Control.AppInfo;

/// <summary>Looks into programs' files.</summary>
[TestFixture]
public sealed class ProgramInspectorTests
{
    private string _file = null!;

    [SetUp]
    public void Open() => _file = Path.GetTempFileName();

    [TearDown]
    public void Close() => File.Delete(_file);

    [Test]
    public void A_program_of_this_computer_is_dynamic() => ProgramInspector.Inspect("/bin/sh").Should().Be(new ProgramFacts(ProgramFormat.LinuxX64, IsDynamic: true, UsesApi: false, IsStockWrapper: false));

    [Test]
    public void A_program_without_a_loader_is_static() => Inspect(TestProject.Program()).Should().Be(new ProgramFacts(ProgramFormat.LinuxX64, IsDynamic: false, UsesApi: false, IsStockWrapper: false));

    [Test]
    public void A_word_across_two_blocks_is_found()
    {
        var program = TestProject.Program();
        for (var shift = 1; shift < 16; shift++)
        {
            Inspect([.. program, .. new byte[(256 * 1024) - program.Length - shift], .. "boinc_mmap_file"u8]).UsesApi.Should().BeTrue($"it begins {shift} bytes before the block's end");
        }
    }

    [Test]
    public void A_script_is_one() => Inspect("#!/bin/sh\n"u8.ToArray()).Format.Should().Be(ProgramFormat.Script);

    [Test]
    public void An_empty_file_is_nothing() => Inspect([]).Format.Should().Be(ProgramFormat.Unknown);

    [Test]
    public void A_damaged_program_is_answered_or_refused() => Mutations.Demand(TestProject.Program("init_data.xml"), bytes => Inspect(bytes));

    private ProgramFacts Inspect(byte[] content)
    {
        File.WriteAllBytes(_file, content);
        return ProgramInspector.Inspect(_file);
    }
}

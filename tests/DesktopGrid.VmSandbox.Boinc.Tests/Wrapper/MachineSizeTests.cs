using DesktopGrid.VmSandbox.Boinc.InitData;
using DesktopGrid.VmSandbox.Boinc.Tasks;
using DesktopGrid.VmSandbox.Boinc.Tests.Support;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Options;
using DesktopGrid.VmSandbox.Boinc.Wrapper.Setup;

namespace DesktopGrid.VmSandbox.Boinc.Tests.Wrapper;

public sealed class MachineSizeTests
{
    // The work unit of these tests names 128 MiB.
    private static readonly AppInitData Data = AppInitDataReader.Parse(InitDataText.Of());

    [TestCase(null, 0, 221)]
    [TestCase(null, 1024, 221)]
    [TestCase(null, 300, 140)]
    [TestCase(512, 1024, 512)]
    [TestCase(96, 300, 96)]
    public void It_is_what_the_program_needs_within_what_the_client_gives(int? option, int clientMiB, int expected) =>
        MachineSize.Choose(new WrapperOptions { MemoryMiB = option }, Data, new Heartbeat(true, clientMiB * 1024.0 * 1024)).Should().Be(expected);

    [Test]
    public void Where_the_smallest_machine_has_no_room_the_task_waits() =>
        ((Action)(() => MachineSize.Choose(new WrapperOptions(), Data, new Heartbeat(true, 150.0 * 1024 * 1024)))).Should().Throw<BoincException>().Where(static e => e.IsTransient);
}

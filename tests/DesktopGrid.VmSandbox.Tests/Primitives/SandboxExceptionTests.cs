using DesktopGrid.VmSandbox.Platform;
using DesktopGrid.VmSandbox.Primitives;

namespace DesktopGrid.VmSandbox.Tests.Primitives;

public sealed class SandboxExceptionTests
{
    [Test]
    public void The_message_ends_with_what_to_do() =>
        new PlatformException(SandboxErrorCode.DiskFull, "The disk is full.") { Advice = "Free some space." }.Message.Should().Be("The disk is full. Free some space.");

    [Test]
    public void Where_nothing_sensible_can_be_advised_it_is_the_sentence_alone() =>
        new PlatformException(SandboxErrorCode.PlatformFailure, "It was refused.").Message.Should().Be("It was refused.");

    [Test]
    public void Where_the_place_knows_no_better_the_code_has_its_advice() =>
        new PlatformException(SandboxErrorCode.DiskFull, "The disk is full.").Message.Should().Be("The disk is full. Free some space, or choose another disk.");

    [Test]
    public void Unless_it_says_so_nothing_is_known_of_a_program() => new PlatformException(SandboxErrorCode.DiskFull, "x").Fate.Should().BeNull();

    [Test]
    public void Every_error_number_is_its_own() => Enum.GetValues<SandboxErrorCode>().Select(static code => (int)code).Should().OnlyHaveUniqueItems();

    [Test]
    public void Every_failure_of_the_library_has_the_one_base() =>
        typeof(SandboxException).Assembly.GetExportedTypes().Where(static type => typeof(Exception).IsAssignableFrom(type) && !type.IsAbstract)
            .Should().NotBeEmpty().And.OnlyContain(static type => type.IsSubclassOf(typeof(SandboxException)) && type.IsSealed);
}

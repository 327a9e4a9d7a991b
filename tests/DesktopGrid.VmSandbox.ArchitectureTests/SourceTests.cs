using DesktopGrid.VmSandbox.ArchitectureTests.Sources;

namespace DesktopGrid.VmSandbox.ArchitectureTests;

/// <summary>The sources against the house's numbers.</summary>
[TestFixture]
public sealed class SourceTests
{
    [Test]
    public void There_are_sources_to_look_at() => SourceTree.Shipped.Should().HaveCountGreaterThan(150);

    [Test]
    public void A_folder_is_a_namespace() => FolderRule.NamespaceFaults(SourceTree.All).Should().Equal(
        // An extension of a container's registration lies where its users look for it.
        "DesktopGrid.VmSandbox/SandboxServiceCollectionExtensions.cs declares Microsoft.Extensions.DependencyInjection, its folder is DesktopGrid.VmSandbox");

    [Test]
    public void A_folder_has_the_name_of_a_subject() => FolderRule.NameFaults(SourceTree.All).Should().BeEmpty();

    [Test]
    public void No_file_is_long_and_most_are_short() => LengthRule.Faults(SourceTree.All).Should().BeEmpty();

    [Test]
    public void A_warning_is_silenced_with_its_reason() => PragmaRule.Faults(SourceTree.All).Should().BeEmpty();

    [Test]
    public void A_folder_holds_four_to_fourteen_files() => FolderRule.SizeFaults(SourceTree.Shipped).Where(static fault => !Reasons.ContainsKey(fault.Split(": ")[0])).Should().BeEmpty();

    [Test]
    public void An_exception_that_is_needed_no_more_goes() => FolderRule.SizeFaults(SourceTree.Shipped).Select(static fault => fault.Split(": ")[0]).Should().Contain(Reasons.Keys);

    /// <summary>Folders that are smaller or larger, and why.</summary>
    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["DesktopGrid.VmSandbox/Diagnosis"] = "one examination and its outcome; it stands beside Jobs and is no part of it",
        ["DesktopGrid.VmSandbox/Platform"] = "a vocabulary whose rooms hold the rest",
        ["DesktopGrid.VmSandbox/Platform/Confinement"] = "layers, a plan and the promise; the work is each operating system's",
        ["DesktopGrid.VmSandbox/Platform/Hosts"] = "what every side must offer, and which side this is",
        ["DesktopGrid.VmSandbox/Platform/Memory"] = "two promises; the work is each operating system's",
        ["DesktopGrid.VmSandbox/Platform/Metering"] = "one promise; the work is each operating system's",
        ["DesktopGrid.VmSandbox.Boinc/"] = "the exception of the whole adapter, below all its rooms",
        ["DesktopGrid.VmSandbox.Boinc/InitData"] = "one file of the client's: what is in it, how it is read, how the guest's is written",
        ["DesktopGrid.VmSandbox.Boinc.Wrapper/"] = "the program's first lines and the turning of its end into what the client reads",
        ["DesktopGrid.VmSandbox.GuestDaemon/"] = "the program's first lines and the joining of its parts",
        ["DesktopGrid.VmSandbox.GuestDaemon/Control"] = "one subject of the protocol",
    };
}

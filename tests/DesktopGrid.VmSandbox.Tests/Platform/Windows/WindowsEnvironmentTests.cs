using DesktopGrid.VmSandbox.Platform.Windows.Processes;

namespace DesktopGrid.VmSandbox.Tests.Platform.Windows;

public sealed class WindowsEnvironmentTests
{
    [Test]
    public void Entries_are_sorted_without_regard_to_case_and_ended_twice() =>
        WindowsEnvironment.Block(new Dictionary<string, string> { ["zeta"] = "1", ["Alpha"] = "2=3", ["beta"] = "" }, @"C:\Windows")
            .Should().Be("Alpha=2=3\0beta=\0SystemRoot=C:\\Windows\0zeta=1\0\0");

    [Test]
    public void The_folder_for_temporary_files_is_told_in_the_words_of_Windows() =>
        WindowsEnvironment.Block(new Dictionary<string, string> { ["TMPDIR"] = @"D:\m" }, @"C:\Windows")
            .Should().Be("SystemRoot=C:\\Windows\0TEMP=D:\\m\0TMP=D:\\m\0TMPDIR=D:\\m\0\0");

    [Test]
    public void Nothing_of_the_hosts_own_environment_comes_along() =>
        WindowsEnvironment.Block(new Dictionary<string, string>(), @"C:\Windows").Should().Be("SystemRoot=C:\\Windows\0\0");
}

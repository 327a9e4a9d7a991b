using DesktopGrid.VmSandbox.ConsoleHost.Jobs;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Jobs;

public sealed class FilePairsTests
{
    [TestCase("data.txt", "data.txt", "data.txt")]
    [TestCase("/home/me/data.txt", "/home/me/data.txt", "data.txt")]
    [TestCase("data.txt:in/other.txt", "data.txt", "in/other.txt")]
    [TestCase("a:b:c", "a:b", "c")]
    [Platform("Linux,MacOsX")]
    public void The_last_colon_splits_an_input(string text, string host, string guest)
    {
        var input = FilePairs.Input(text);

        (input.HostPath, input.Path).Should().Be((host, guest));
    }

    [TestCase("out.txt", "out.txt", "out.txt")]
    [TestCase("out/result.txt", "out/result.txt", "result.txt")]
    [TestCase("out.txt:C:\\results\\out.txt", "out.txt", "C:\\results\\out.txt")]
    public void The_first_colon_splits_an_output(string text, string guest, string host)
    {
        var output = FilePairs.Output(text);

        (output.Path, output.HostPath).Should().Be((guest, host));
    }
}

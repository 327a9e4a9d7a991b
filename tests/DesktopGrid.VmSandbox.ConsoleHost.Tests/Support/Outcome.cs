using System.Text.Json;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

/// <summary>What a process left: its exit code and both of its streams.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output as one JSON document.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Standard output as a JSON document a line.</summary>
    public IReadOnlyList<JsonElement> JsonLines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Fails with everything that the process said, when it did not end as it should.</summary>
    public Outcome ShouldEndWith(int exitCode)
    {
        ExitCode.Should().Be(exitCode, "it wrote \"{0}\" and complained \"{1}\"", Output, Error);
        return this;
    }
}

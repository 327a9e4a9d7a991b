using System.Text.Json;
using System.Text.Json.Serialization;
using DesktopGrid.VmSandbox.Boinc.Control.Installation;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Control.Switching;

/// <summary>How far a refresh is; it takes two starts of the client, and whatever else comes between.</summary>
/// <param name="Stage">What is to be done next.</param>
internal sealed record RefreshRecord(RefreshStage Stage)
{
    private const int LongestFile = 4096;

    /// <summary>The record; null where there is none, or one that nobody can read: the refresh then begins again.</summary>
    public static RefreshRecord? Read(SandboxFolder folder)
    {
        try
        {
            return Parse(BoundedFile.Read(FileOf(folder), LongestFile));
        }
        catch (BoincException)
        {
            return null;
        }
    }

    public static RefreshRecord? Parse(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, RefreshJsonContext.Default.RefreshRecord) is { } record && Enum.IsDefined(record.Stage) ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Write(SandboxFolder folder) => new ProjectWriter(folder.Project).Write(FileOf(folder), JsonSerializer.SerializeToUtf8Bytes(this, RefreshJsonContext.Default.RefreshRecord));

    public static void Forget(SandboxFolder folder) => new ProjectWriter(folder.Project).DeleteFile(FileOf(folder));

    private static string FileOf(SandboxFolder folder) => Path.Combine(folder.Root, "refresh.json");
}

/// <summary>The stages of a refresh.</summary>
internal enum RefreshStage
{
    /// <summary>Tasks end; then app_info.xml goes.</summary>
    Drain,

    /// <summary>The client has been started without app_info.xml, and fetches what the project has now.</summary>
    Fetch,
}

/// <summary>The record's form on the disk.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, MaxDepth = 4)]
[JsonSerializable(typeof(RefreshRecord))]
internal sealed partial class RefreshJsonContext : JsonSerializerContext;

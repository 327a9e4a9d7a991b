using System.Text.Json;
using DesktopGrid.VmSandbox.Boinc.Slots;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;

/// <summary>
/// What outlives the process: which machine has the task, and what stood in the slot when it was made. Where the program is, the guest says itself: a
/// checkpoint may be older than this file.
/// </summary>
internal sealed record TaskRecord
{
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>The result's name.</summary>
    public required string Result { get; init; }
    /// <summary>The machine.</summary>
    public required string Machine { get; init; }
    /// <summary>CPU time of machines before this one, in seconds.</summary>
    public required double EarlierCpuSeconds { get; init; }
    /// <summary>Logical names of what was put into the guest.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }
    /// <summary>Logical names of what is taken out at the end, and where to.</summary>
    public required IReadOnlyDictionary<string, string> Outputs { get; init; }
    /// <summary>The task's exit code, once its outputs are home: what is left is to say so. Null before.</summary>
    public int? Done { get; init; }
    /// <summary>How often the guest has ended by itself since it was last kept.</summary>
    public int Failures { get; init; }

    /// <summary>Reads it; null where there is none, or it is another task's or damaged: the task begins anew then.</summary>
    public static TaskRecord? Read(string slot, string result)
    {
        try
        {
            return JsonSerializer.Deserialize(BoundedFile.Read(Path.Combine(slot, SlotFiles.Record), MostBytes), WrapperJsonContext.Default.TaskRecord) is { } record && record.Result == result ? record : null;
        }
        catch (Exception e) when (e is BoincException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes it in one step.</summary>
    /// <exception cref="BoincException">The slot cannot be written.</exception>
    public void Write(string slot) => SlotNotices.Write(slot, SlotFiles.Record, JsonSerializer.Serialize(this, WrapperJsonContext.Default.TaskRecord));
}

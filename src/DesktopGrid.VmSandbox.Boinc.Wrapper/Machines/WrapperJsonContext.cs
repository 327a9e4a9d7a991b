using System.Text.Json.Serialization;
using DesktopGrid.VmSandbox.Boinc.Slots;

namespace DesktopGrid.VmSandbox.Boinc.Wrapper.Machines;

/// <summary>How the files are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = false)]
[JsonSerializable(typeof(TaskRecord))]
[JsonSerializable(typeof(TaskStatusFile))]
internal sealed partial class WrapperJsonContext : JsonSerializerContext;

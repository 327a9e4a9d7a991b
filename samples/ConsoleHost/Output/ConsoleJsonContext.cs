using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DesktopGrid.VmSandbox.Boinc.Control.Switching;
using DesktopGrid.VmSandbox.Contracts;
using DesktopGrid.VmSandbox.Diagnosis;
using DesktopGrid.VmSandbox.Images.Layers;
using DesktopGrid.VmSandbox.Imports;
using DesktopGrid.VmSandbox.Jobs;
using DesktopGrid.VmSandbox.Logs;
using DesktopGrid.VmSandbox.Platform.Confinement;
using DesktopGrid.VmSandbox.Primitives;
using DesktopGrid.VmSandbox.Qemu;
using DesktopGrid.VmSandbox.Stores;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>
/// What --json writes: the library's own records, names in camel case, times in seconds, and bytes as a text where they are UTF-8.
/// A property that is null is left out.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(SecondsConverter), typeof(BytesConverter),
        typeof(Named<VmState>), typeof(Named<Accelerator>), typeof(Named<AssuranceLevel>), typeof(Named<StartPath>), typeof(Named<ConfinementLayer>),
        typeof(Named<JobPhase>), typeof(Named<TaskFate>), typeof(Named<GuestTaskState>), typeof(Named<GuestEntryKind>), typeof(Named<LogSource>),
        typeof(Named<StoreItemKind>), typeof(Named<LayerKind>), typeof(Named<ProjectState>), typeof(Named<JobLimit>), typeof(Named<GuestLimit>),
    ])]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(JobResult))]
[JsonSerializable(typeof(InterruptedJob))]
[JsonSerializable(typeof(VmStatus))]
[JsonSerializable(typeof(VmCheckpoint))]
[JsonSerializable(typeof(StoredImage))]
[JsonSerializable(typeof(IReadOnlyList<StoredImage>))]
[JsonSerializable(typeof(StoreUsage))]
[JsonSerializable(typeof(StorePruned))]
[JsonSerializable(typeof(PingReply))]
[JsonSerializable(typeof(GuestEntry))]
[JsonSerializable(typeof(GuestMessage))]
[JsonSerializable(typeof(GuestTaskStatus))]
[JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(HostDiagnosis))]
[JsonSerializable(typeof(ProjectView))]
[JsonSerializable(typeof(PreviewView))]
[JsonSerializable(typeof(SwitchOutcome))]
[JsonSerializable(typeof(PageView))]
[JsonSerializable(typeof(TransferView))]
[JsonSerializable(typeof(EventView))]
internal sealed partial class ConsoleJsonContext : JsonSerializerContext
{
    public static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}

/// <summary>A put or get that is done.</summary>
internal sealed record TransferView(string Path, string? HostPath, long Length);

/// <summary>Something that a followed program did; one of the properties after the type is set.</summary>
internal sealed record EventView(string Type)
{
    public string? Stream { get; init; }
    public long? Offset { get; init; }
    public ReadOnlyMemory<byte>? Bytes { get; init; }
    public GuestMessage? Message { get; init; }
    public GuestTaskStatus? Status { get; init; }
}

/// <summary>An enumeration by its names.</summary>
internal sealed class Named<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>A time as a number of seconds.</summary>
internal sealed class SecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => TimeSpan.FromSeconds(reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue(Math.Round(value.TotalSeconds, 6));
}

/// <summary>Bytes without loss: {"text": …} where they are UTF-8, {"base64": …} otherwise.</summary>
internal sealed class BytesConverter : JsonConverter<ReadOnlyMemory<byte>>
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("This form is only written.");

    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        try
        {
            writer.WriteString("text"u8, Strict.GetString(value.Span));
        }
        catch (DecoderFallbackException)
        {
            writer.WriteBase64String("base64"u8, value.Span);
        }

        writer.WriteEndObject();
    }
}

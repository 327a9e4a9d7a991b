using System.Text.Json.Serialization;

namespace DesktopGrid.VmSandbox.Contracts;

/// <summary>How the messages look as JSON: camel case, enums by name, nulls left out; what may not be null or missing is refused. Generated at build time, so that host and guest need no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 8)]
[JsonSerializable(typeof(PingReply))]
[JsonSerializable(typeof(TaskStartRequest))]
[JsonSerializable(typeof(GuestTaskStatus))]
[JsonSerializable(typeof(GuestEntry))]
[JsonSerializable(typeof(FileWritten))]
[JsonSerializable(typeof(MessageList))]
[JsonSerializable(typeof(CollectRequest))]
[JsonSerializable(typeof(CollectProgress))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class ContractsJsonContext : JsonSerializerContext;

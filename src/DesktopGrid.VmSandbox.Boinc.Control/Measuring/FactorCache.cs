using System.Text.Json;
using System.Text.Json.Serialization;
using DesktopGrid.VmSandbox.Boinc.XmlFiles;

namespace DesktopGrid.VmSandbox.Boinc.Control.Measuring;

/// <summary>Keeps the last measured factor in a file. It is no loss: what cannot be read is measured again.</summary>
internal sealed class FactorCache(string file)
{
    private const int LongestFile = 4096;

    public EmulationFactor? Find(string key)
    {
        try
        {
            return Read(BoundedFile.Read(file, LongestFile), key);
        }
        catch (BoincException)
        {
            return null;
        }
    }

    /// <summary>The factor that the file's content has for a key; null for whatever else it is.</summary>
    public static EmulationFactor? Read(byte[] bytes, string key)
    {
        try
        {
            var kept = JsonSerializer.Deserialize(bytes, FactorJsonContext.Default.KeptFactor);
            return kept?.Key == key && kept.Factor is >= EmulationFactor.Least and <= EmulationFactor.Most && kept.Accelerator is { Length: < 32 } ? new EmulationFactor(kept.Factor, kept.Accelerator, IsMeasured: true) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Keep(string key, EmulationFactor factor)
    {
        try
        {
            File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(new KeptFactor(key, factor.Value, factor.Accelerator), FactorJsonContext.Default.KeptFactor));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Measured again the next time, which takes seconds.
        }
    }
}

/// <summary>The file's content.</summary>
internal sealed record KeptFactor(string? Key, double Factor, string? Accelerator);

/// <summary>Its form.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 4)]
[JsonSerializable(typeof(KeptFactor))]
internal sealed partial class FactorJsonContext : JsonSerializerContext;

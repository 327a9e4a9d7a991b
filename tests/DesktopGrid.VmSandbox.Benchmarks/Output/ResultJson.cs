using System.Text.Json;
using DesktopGrid.VmSandbox.Benchmarks.Measuring;

namespace DesktopGrid.VmSandbox.Benchmarks.Output;

/// <summary>The results as a JSON list, for scripts.</summary>
internal static class ResultJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(IEnumerable<BenchResult> results)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartArray();
            foreach (var result in results)
            {
                Write(writer, result);
            }

            writer.WriteEndArray();
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, BenchResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("name", result.Measure.Name);
        writer.WriteNumber("value", Rounded(result.Value));
        writer.WriteString("unit", result.Measure.Unit);
        Number(writer, "raw", result.Raw);
        Number(writer, "ratio", result.Ratio);
        Number(writer, "interval_low", result.Interval?.Low);
        Number(writer, "interval_high", result.Interval?.High);
        Samples(writer, "samples", result.Samples);
        Samples(writer, "raw_samples", result.RawSamples);
        writer.WriteString("aim", result.Measure.Aim?.Text);
        if (result.Holds is { } holds)
        {
            writer.WriteBoolean("holds", holds);
        }
        else
        {
            writer.WriteNull("holds");
        }

        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, Rounded(number));
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void Samples(Utf8JsonWriter writer, string name, IReadOnlyList<double> samples)
    {
        writer.WriteStartArray(name);
        foreach (var sample in samples)
        {
            writer.WriteNumberValue(Rounded(sample));
        }

        writer.WriteEndArray();
    }

    private static double Rounded(double value) => Math.Round(value, 4);
}

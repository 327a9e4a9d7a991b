using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using DesktopGrid.VmSandbox.Contracts;

namespace DesktopGrid.VmSandbox.DocTests;

/// <summary>docs/limits.md names each ceiling by its place in the code and states the number that stands there.</summary>
public sealed partial class LimitPageTests
{
    private static readonly Type[] Types = [.. typeof(SandboxHost).Assembly.GetTypes(), .. typeof(Routes).Assembly.GetTypes(),
        .. new[] { "DesktopGrid.VmSandbox.Boinc", "DesktopGrid.VmSandbox.Boinc.Control", "vmsandbox-wrapper" }.SelectMany(static name => Assembly.Load(name).GetTypes())];

    private static IEnumerable<(string Name, string Stated)> Stated => Repository.Page("docs/limits.md").Rows
        .Select(static row => (Match: Place().Match(row[0]), Value: row[1])).Where(static row => row.Match.Success).Select(static row => (row.Match.Groups[1].Value, row.Value));

    [Test]
    public void Every_number_is_the_one_in_the_code()
    {
        Stated.Should().HaveCountGreaterThan(20);
        Stated.Where(static row => Number(row.Stated) != Actual(row.Name)).Select(static row => $"{row.Name} is {Actual(row.Name)}, not {row.Stated}").ShouldBeNone();
    }

    [Test]
    public void Every_limit_of_the_protocol_is_on_the_page() =>
        typeof(ProtocolLimits).GetFields().Select(static field => $"ProtocolLimits.{field.Name}").Should().BeSubsetOf(Stated.Select(static row => row.Name));

    /// <summary>"65,536 B", "30 s", "4 GiB" or "64" as a number; times in milliseconds.</summary>
    private static decimal Number(string text)
    {
        var match = Quantity().Match(text);
        match.Success.Should().BeTrue($"\"{text}\" should begin with a number");
        return decimal.Parse(match.Groups[1].Value, NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * match.Groups[2].Value switch
        {
            "ms" => 1,
            "s" => 1000,
            "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            "TiB" => 1L << 40,
            _ => 1,
        };
    }

    /// <summary>A constant, a static value, or the default of an option.</summary>
    private static decimal Actual(string name)
    {
        const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
        var (typeName, memberName) = name.Split('.') is [var type, var member] ? (type, member) : throw new InvalidOperationException($"{name} is no place in the code.");
        var owner = Types.Where(type => type.Name == typeName && type.GetMember(memberName, Any).Length > 0).ToList() switch
        {
            [var only] => only,
            var found => throw new InvalidOperationException($"There are {found.Count} places {name}."),
        };
        var value = owner.GetField(memberName, Any)?.GetValue(null)
            ?? (owner.GetProperty(memberName, Any) is { GetMethod: { } getter } ? getter.Invoke(getter.IsStatic ? null : Activator.CreateInstance(owner), null) : null)
            ?? throw new InvalidOperationException($"There is no {name}.");
        return value is TimeSpan time ? (decimal)time.TotalMilliseconds : Convert.ToDecimal(value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^`(\w+\.\w+)`$")]
    private static partial Regex Place();

    [GeneratedRegex(@"^([\d,.]+)(?: (ms|s|min|h|d|KiB|MiB|GiB|TiB)\b)?")]
    private static partial Regex Quantity();
}

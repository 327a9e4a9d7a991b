using System.CommandLine;
using System.CommandLine.Parsing;
using DesktopGrid.VmSandbox.ConsoleHost.Jobs;
using DesktopGrid.VmSandbox.Vms;

namespace DesktopGrid.VmSandbox.ConsoleHost.Commands;

/// <summary>Makes options and arguments whose refusals are sentences; the parser's own name .NET types.</summary>
internal static class Flags
{
    public static Argument<VmId> Machine() => new("MACHINE")
    {
        Description = "The machine's id.",
        CustomParser = static result => VmId.TryParse(result.Tokens[0].Value, out var id) ? id : Refused<VmId>(result, "no machine id; an id has twelve lower-case hexadecimal digits"),
    };

    public static Option<string?> Text(string name, string helpName, string description) => new(name) { HelpName = helpName, Description = description };

    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    public static Option<string[]> Many(string name, string helpName, string description) => new(name)
    {
        HelpName = helpName,
        Description = description + " Can be repeated.",
        DefaultValueFactory = static _ => [],
    };

    /// <summary>NAME=VALUE, repeated; the last of a name wins.</summary>
    public static Option<Dictionary<string, string>> Pairs(string name, string description) => new(name)
    {
        HelpName = "NAME=VALUE",
        Description = description + " Can be repeated.",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = static _ => [],
        CustomParser = static result =>
        {
            var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var token in result.Tokens)
            {
                if (token.Value.IndexOf('=', StringComparison.Ordinal) is var split && split < 1)
                {
                    return Refused<Dictionary<string, string>>(result, "not of the form NAME=VALUE", token.Value);
                }

                pairs[token.Value[..split]] = token.Value[(split + 1)..];
            }

            return pairs;
        },
    };

    public static Option<TimeSpan?> Duration(string name, string description) => Value<TimeSpan>(name, "TIME", description, Quantities.Duration, Quantities.DurationForm);

    public static Option<TimeSpan?> Duration(string name, string description, TimeSpan atMost) =>
        Value<TimeSpan>(name, "TIME", description, text => Quantities.Duration(text) is { } time && time <= atMost ? time : null, $"no time of at most {atMost.TotalMinutes:0}m");

    public static Option<long?> Size(string name, string description) => Value<long>(name, "SIZE", description, Quantities.Size, Quantities.SizeForm);

    public static Option<int?> Whole(string name, string description, string unit = "") =>
        Value<int>(name, "N", description, static text => int.TryParse(text, out var number) && number >= 0 ? number : null, $"no whole number{unit}");

    public static Option<T?> Choice<T>(string name, string description)
        where T : struct, Enum
    {
        var names = string.Join(", ", Enum.GetNames<T>().Select(static name => name.ToLowerInvariant()));
        return Value(name, "NAME", $"{description} One of {names}.", static text => Parse<T>(text), $"none of {names}");
    }

    /// <summary>A name of an enumeration, in any case; never its number.</summary>
    public static T? Parse<T>(string text)
        where T : struct, Enum => Array.Find(Enum.GetNames<T>(), name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name ? Enum.Parse<T>(name) : null;

    public static Option<T?> Value<T>(string name, string helpName, string description, Func<string, T?> read, string fault)
        where T : struct => new(name)
        {
            HelpName = helpName,
            Description = description,
            CustomParser = result => read(result.Tokens[0].Value) ?? Refused<T?>(result, fault),
        };

    public static T? Refused<T>(ArgumentResult result, string fault, string? text = null)
    {
        var owner = result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name;
        result.AddError($"{owner}: \"{text ?? result.Tokens[0].Value}\" is {fault}.");
        return default;
    }
}

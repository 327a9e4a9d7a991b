using System.Text.Json;
using DesktopGrid.VmSandbox.ConsoleHost.Failures;
using DesktopGrid.VmSandbox.ConsoleHost.Output;

namespace DesktopGrid.VmSandbox.ConsoleHost.Jobs;

/// <summary>
/// One object of a job file. Every key that is read is known; <see cref="Finish"/> refuses what is left, since a mistyped limit that is
/// passed over is no limit.
/// </summary>
internal sealed class JobSection
{
    private readonly JsonElement _element;
    private readonly string _where;
    private readonly List<string> _known = [];

    public JobSection(JsonElement element, string where)
    {
        (_element, _where) = (element, where);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Fault("", "must be an object");
        }
    }

    public string? Text(string key) => Find(key, JsonValueKind.String, "a text") is { } value ? value.GetString() : null;

    public bool? Switch(string key) => Find(key, null, "true or false") is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault(key, "must be true or false"),
    };

    public int? Whole(string key) => Find(key, JsonValueKind.Number, "a whole number") is not { } value ? null : value.TryGetInt32(out var number) ? number : throw Fault(key, "must be a whole number");

    public T? Quantity<T>(string key, Func<string, T?> read, string fault)
        where T : struct => Text(key) is not { } text ? null : read(text) ?? throw Fault(key, $"is {fault}");

    public IReadOnlyList<string> Texts(string key) => [.. Items(key).Select((item, i) => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Fault($"{key}[{i}]", "must be a text"))];

    public IReadOnlyDictionary<string, string> Pairs(string key) => Find(key, JsonValueKind.Object, "an object of texts") is not { } value
        ? new Dictionary<string, string>()
        : value.EnumerateObject().ToDictionary(static pair => pair.Name, pair => pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString()! : throw Fault($"{key}.{pair.Name}", "must be a text"), StringComparer.Ordinal);

    public JobSection? Section(string key) => Find(key, JsonValueKind.Object, "an object") is { } value ? new JobSection(value, Path(key)) : null;

    public IReadOnlyList<JobSection> Sections(string key) => [.. Items(key).Select((item, i) => new JobSection(item, Path($"{key}[{i}]")))];

    /// <exception cref="UsageException">A key was not read.</exception>
    public void Finish()
    {
        foreach (var property in _element.EnumerateObject())
        {
            if (!_known.Contains(property.Name))
            {
                throw new UsageException($"The job file has an unknown key \"{Printable.Line(Path(property.Name))}\".", $"Known there: {string.Join(", ", _known)}.");
            }
        }
    }

    public UsageException Fault(string key, string fault) => new($"The job file is wrong: {(Path(key) is "" ? "it" : $"\"{Printable.Line(Path(key))}\"")} {fault}.");

    private JsonElement[] Items(string key) => Find(key, JsonValueKind.Array, "a list") is { } value ? [.. value.EnumerateArray()] : [];

    private JsonElement? Find(string key, JsonValueKind? kind, string name)
    {
        _known.Add(key);
        return !_element.TryGetProperty(key, out var value) ? null : kind is null || value.ValueKind == kind ? value : throw Fault(key, $"must be {name}");
    }

    private string Path(string key) => key.Length == 0 ? _where : _where.Length == 0 ? key : $"{_where}.{key}";
}

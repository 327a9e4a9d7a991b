using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DesktopGrid.VmSandbox.PackageTests;

/// <summary>What lies in the packages.</summary>
public sealed partial class PackageContentTests
{
    private const string Qemu = "DesktopGrid.VmSandbox.Qemu.linux-x64";

    private static readonly string[] _code = ["DesktopGrid.VmSandbox", "DesktopGrid.VmSandbox.Contracts", "DesktopGrid.VmSandbox.Boinc"];

    private static readonly string[] _all = [.. _code, "DesktopGrid.VmSandbox.Guest", Qemu];

    [TestCaseSource(nameof(_all))]
    public void A_package_says_what_it_is(string name)
    {
        using var package = Delivery.Open(name);
        var metadata = Read(package, $"{name}.nuspec").Root!.Elements().Single();

        Value("id").Should().Be(name);
        Value("version").Should().Be(Delivery.Version);
        foreach (var field in new[] { "authors", "description", "copyright", "tags", "license", "readme" })
        {
            Value(field).Should().NotBeNullOrWhiteSpace($"{name} needs its {field}");
        }

        package.GetEntry(Value("readme")!).Should().NotBeNull();

        string? Value(string field) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == field)?.Value;
    }

    [TestCaseSource(nameof(_all))]
    public void Every_page_that_a_package_s_pages_point_to_is_in_it(string name)
    {
        using var package = Delivery.Open(name);
        var pages = package.Entries.Where(static entry => entry.FullName.EndsWith(".md", StringComparison.Ordinal)).Select(static entry => entry.FullName).ToList();

        pages.Should().NotBeEmpty();
        foreach (var page in pages)
        {
            var folder = page.Contains('/') ? page[..(page.LastIndexOf('/') + 1)] : "";
            foreach (Match link in Link().Matches(Encoding.UTF8.GetString(Bytes(package, page))))
            {
                var target = new Uri(new Uri("pack:///" + folder), link.Groups[1].Value).AbsolutePath.TrimStart('/');
                package.GetEntry(target).Should().NotBeNull($"{page} points to {target}");
            }
        }
    }

    [TestCaseSource(nameof(_code))]
    public void A_package_of_code_has_its_documentation_and_symbols(string name)
    {
        using var package = Delivery.Open(name);
        using var symbols = Delivery.Open(name, "snupkg");

        package.Entries.Select(entry => entry.FullName).Should().Contain([$"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml"]);
        symbols.Entries.Select(entry => entry.FullName).Should().Contain($"lib/net10.0/{name}.pdb");
    }

    [Test]
    public void The_guest_package_holds_the_files_that_its_manifest_names_with_their_hashes()
    {
        using var package = Delivery.Open("DesktopGrid.VmSandbox.Guest");
        using var manifest = JsonDocument.Parse(Bytes(package, "guest/manifest.json"));
        var files = manifest.RootElement.GetProperty("files").EnumerateObject().Select(file => file.Value).ToList();

        files.Should().HaveCountGreaterThan(2);
        foreach (var file in files)
        {
            var bytes = Bytes(package, $"guest/{file.GetProperty("name").GetString()}");
            bytes.Length.Should().Be(file.GetProperty("length").GetInt32());
            Convert.ToHexStringLower(SHA256.HashData(bytes)).Should().Be(file.GetProperty("sha256").GetString());
        }
    }

    [Test]
    public void The_guest_package_lists_the_licence_of_every_part()
    {
        using var package = Delivery.Open("DesktopGrid.VmSandbox.Guest");
        using var manifest = JsonDocument.Parse(Bytes(package, "guest/manifest.json"));
        var licences = Encoding.UTF8.GetString(Bytes(package, "LICENCES"));

        var parts = manifest.RootElement.GetProperty("packages").EnumerateArray().Select(part => part.GetString()!.Split(' ')[0]);
        foreach (var part in parts.Append("vmsandboxd").Append(".NET"))
        {
            licences.Should().Contain($"======== {part} ========");
        }
    }

    [Test]
    public void The_guest_package_stays_below_its_limit() => new FileInfo(Delivery.Find("DesktopGrid.VmSandbox.Guest", "nupkg")).Length.Should().BeLessThan(20_000_000);

    [Test]
    public void The_engine_s_package_holds_the_files_that_its_manifest_names_with_their_hashes_and_no_other()
    {
        using var package = Delivery.Open(Qemu);
        using var manifest = JsonDocument.Parse(Bytes(package, "engine/manifest.json"));
        var files = manifest.RootElement.GetProperty("files").EnumerateObject().ToList();

        package.Entries.Select(static entry => entry.FullName).Where(static name => name.StartsWith("engine/", StringComparison.Ordinal))
            .Should().BeEquivalentTo(files.Select(static file => $"engine/{file.Name}").Append("engine/manifest.json"));
        foreach (var file in files)
        {
            var bytes = Bytes(package, $"engine/{file.Name}");
            bytes.Length.Should().Be(file.Value.GetProperty("length").GetInt32());
            Convert.ToHexStringLower(SHA256.HashData(bytes)).Should().Be(file.Value.GetProperty("sha256").GetString());
        }
    }

    [Test]
    public void The_engine_s_package_lists_the_licence_of_every_part()
    {
        using var package = Delivery.Open(Qemu);
        using var manifest = JsonDocument.Parse(Bytes(package, "engine/manifest.json"));
        var licences = Encoding.UTF8.GetString(Bytes(package, "LICENCES"));

        foreach (var part in manifest.RootElement.GetProperty("packages").EnumerateArray().Select(static part => part.GetString()!.Split(' ')[0]).Append("scripts and stand-ins"))
        {
            licences.Should().Contain($"======== {part} ========");
        }
    }

    [Test]
    public void The_engine_s_package_stays_below_its_limit() => new FileInfo(Delivery.Find(Qemu, "nupkg")).Length.Should().BeLessThan(15_000_000);

    /// <summary>A link to a file, without the place in it.</summary>
    [GeneratedRegex(@"\]\(([^):#\s]+)")]
    private static partial Regex Link();

    private static XDocument Read(ZipArchive package, string entry) => XDocument.Load(new MemoryStream(Bytes(package, entry)));

    private static byte[] Bytes(ZipArchive package, string entry)
    {
        using var stream = package.GetEntry(entry)?.Open() ?? throw new InvalidOperationException($"The package has no {entry}.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}

using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.IntegrationTests.Sessions;
using DesktopGrid.VmSandbox.IntegrationTests.Support;
using DesktopGrid.VmSandbox.Sessions;

namespace DesktopGrid.VmSandbox.IntegrationTests.Stores;

/// <summary>What is in the tiny image, seen from outside and by root from inside.</summary>
public sealed class ImageContentsTests
{
    [Test]
    public void Every_file_has_the_length_and_the_hash_that_the_manifest_states()
    {
        var folder = ImageLocator.Find(null);
        var files = Manifest(folder)["files"]!.AsObject();

        files.Select(static file => file.Key).Should().BeEquivalentTo("kernel", "initrd", "base");
        foreach (var (_, file) in files)
        {
            var path = Path.Combine(folder, (string)file!["name"]!);
            new FileInfo(path).Length.Should().Be((long)file["length"]!);
            using var content = File.OpenRead(path);
            Hash(content).Should().Be((string)file["sha256"]!, path);
            if (file["uncompressedSha256"] is { } unpackedHash)
            {
                content.Position = 0;
                using var unpacked = new BrotliStream(content, CompressionMode.Decompress);
                Hash(unpacked).Should().Be((string)unpackedHash!, $"what is packed in {path}");
            }
        }
    }

    [Test]
    public void The_licence_of_every_package_comes_with_it()
    {
        var folder = ImageLocator.Find(null);
        var licences = File.ReadAllText(Path.Combine(folder, "LICENCES"));

        var packages = Manifest(folder)["packages"]!.AsArray().Select(static package => (string)package!).ToList();
        packages.Should().HaveCountGreaterThan(3);
        foreach (var part in (string[])["vmsandboxd", ".NET", .. packages.Select(static package => package.Split(' ')[0])])
        {
            licences.Contains($"======== {part} ========", StringComparison.Ordinal).Should().BeTrue($"{part} has a licence of its own");
        }

        licences.Contains("GNU General Public License", StringComparison.Ordinal).Should().BeTrue();
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task No_file_gives_rights_none_can_be_written_by_all_and_what_is_secret_is_closed(CancellationToken cancellationToken)
    {
        // As root and before the daemon: nothing is hidden, and nothing is there yet but the image.
        using var image = AlteredImage.WhoseRootFirstRuns(
            "cd /work; { find / -xdev -perm /6000; find / -xdev ! -type l -perm -2; find / -xdev -user 1000; find / -xdev -nouser; find / -xdev -type b -o -xdev -type c; } >rights; "
            + "stat -c %a%n / /root /var/lib/vmsandbox /sbin/vmsandboxd /etc/passwd /work >modes; cat /etc/passwd >users; find / -xdev -type f | wc -l >count; rm /script /first");
        await using var store = await TempStore.OpenAsync(options => options.GuestImage = image.Folder);
        var id = await store.Host.StartNewAsync(cancellationToken: cancellationToken);
        var session = await store.Host.OpenSessionAsync(id, cancellationToken);

        Lines(await session.GetTextAsync("rights", cancellationToken: cancellationToken)).Should().BeEquivalentTo("/tmp", "/work");
        Lines(await session.GetTextAsync("modes", cancellationToken: cancellationToken)).Should().Equal("755/", "700/root", "700/var/lib/vmsandbox", "755/sbin/vmsandboxd", "644/etc/passwd", "700/work");
        Lines(await session.GetTextAsync("users", cancellationToken: cancellationToken)).Select(static line => line.Split(':')[0]).Should().Equal("root", "task", "nobody");
        int.Parse(await session.GetTextAsync("count", cancellationToken: cancellationToken), System.Globalization.CultureInfo.InvariantCulture).Should().BeInRange(10, 500, "the search has seen the whole image");
        (await session.ShellAsync("rm -f rights", cancellationToken)).ExitCode.Should().Be(0);
        await store.Host.Machines.DestroyAsync(id, cancellationToken);
    }

    private static JsonNode Manifest(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, ImageManifestReader.FileName)))!;

    private static string Hash(Stream content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

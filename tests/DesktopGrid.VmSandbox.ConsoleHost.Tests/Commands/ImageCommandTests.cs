using System.Formats.Tar;
using DesktopGrid.VmSandbox.ConsoleHost.Tests.Support;

namespace DesktopGrid.VmSandbox.ConsoleHost.Tests.Commands;

/// <summary>image: a layer from its archive to the program that reads it, and what a call leaves that is refused or killed.</summary>
[CancelAfter(240_000)]
public sealed class ImageCommandTests
{
    private ConsoleStore _store = null!;

    [SetUp]
    public void Open() => _store = new ConsoleStore();

    [TearDown]
    public void Close() => _store.Dispose();

    [Test]
    public async Task A_layer_is_imported_listed_seen_by_a_program_kept_while_a_machine_has_it_and_removed(CancellationToken cancellationToken)
    {
        var hash = (await Run("image", "import", Archive("greeting.tar", "opt/greeting", "hello\n"u8.ToArray()), "--json")).Json.GetProperty("id").GetString()!;
        hash.Should().MatchRegex("^[0-9a-f]{64}$");
        (await Run("image", "list")).Output.Should().Contain("greeting").And.Contain(hash[..12]);

        (await Run("run", "/bin/cat", "--layer", "greeting", "--", "/opt/greeting")).Output.Should().Be("hello\n");

        var machine = (await Run("vm", "create", "--layer", hash[..12])).Output.Trim();
        var refused = await _store.RunAsync(cancellationToken, "image", "remove", "greeting");
        refused.ExitCode.Should().NotBe(0);
        refused.Error.Should().Contain("greeting").And.Contain("machine");
        await Run("vm", "destroy", machine);
        await Run("image", "remove", "greeting");
        (await Run("image", "list")).Output.Should().NotContain("greeting");

        async Task<Outcome> Run(params string[] words) => (await _store.RunAsync(cancellationToken, words)).ShouldEndWith(0);
    }

    [TestCase("no image", "neither an archive, nor an OCI image, nor a disk")]
    [TestCase("", "it is empty, or no ordinary file")]
    public async Task What_is_no_image_is_told_in_one_sentence_and_leaves_nothing(string content, string reason, CancellationToken cancellationToken)
    {
        var refused = await _store.RunAsync(cancellationToken, "image", "import", _store.Write("source", content));

        refused.ExitCode.Should().NotBe(0);
        refused.Error.Should().Contain(reason).And.NotContain("   at ");
        _store.Drafts().Should().BeEmpty();
    }

    [Test]
    public async Task An_import_that_is_killed_leaves_nothing_that_the_next_call_does_not_clear(CancellationToken cancellationToken)
    {
        var source = Archive("large.tar", "opt/large", new byte[256 << 20]);
        using (var import = SampleProcess.Start(_store.Words("image", "import", source)))
        {
            await ConsoleStore.UntilAsync(() => _store.Drafts().Count > 1, cancellationToken);
            await import.KillAsync(cancellationToken);
        }

        _store.Drafts().Should().NotBeEmpty("it was killed in the middle");
        (await _store.RunAsync(cancellationToken, "image", "list")).ShouldEndWith(0).Output.Should().NotContain("large");
        _store.Drafts().Should().BeEmpty();
    }

    private string Archive(string name, string path, byte[] content)
    {
        using var file = File.Create(_store.File(name));
        using var archive = new TarWriter(file, TarEntryFormat.Pax);
        archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
        return file.Name;
    }
}

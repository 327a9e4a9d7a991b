using DesktopGrid.VmSandbox.Images;
using DesktopGrid.VmSandbox.Imports.Archives;

namespace DesktopGrid.VmSandbox.Tests.Imports.Archives;

/// <summary>What is kept of an archive, and what only takes time, has bounds.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LayerTreeTests
{
    private readonly LayerTree _tree = new("archive");

    [Test]
    public void Paths_of_too_many_characters_are_refused_before_they_fill_the_memory()
    {
        var name = string.Join('/', Enumerable.Repeat(new string('a', 120), 30));
        FluentActions.Invoking(() => Repeat(number => _tree.PutLink(Link($"{name}{number}", "x"))))
            .Should().Throw<ImageException>().WithMessage("*more than 67108864 characters*");
    }

    [Test]
    public void Targets_of_too_many_characters_are_refused_as_well()
    {
        var target = new string('t', 1000);
        FluentActions.Invoking(() => Repeat(number => _tree.PutLink(Link($"{number}", target))))
            .Should().Throw<ImageException>().WithMessage("*more than 67108864 characters*");
    }

    [Test]
    public void Absences_without_end_are_refused()
    {
        FluentActions.Invoking(() => Repeat(number => _tree.RemoveBelow("", $"{number}"))).Should().Throw<ImageException>().WithMessage("*more than 500000 entries*");
    }

    [Test]
    [CancelAfter(60_000)]
    public void To_clear_a_large_folder_again_and_again_is_no_work(CancellationToken cancellationToken)
    {
        _tree.Layer = 1;
        for (var number = 0; number < 100_000; number++)
        {
            _tree.PutLink(Link($"{number}", "x"));
        }

        // Each a walk over the folder, this would take minutes.
        for (var times = 0; times < 300_000; times++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _tree.ClearBelow("");
        }

        _tree.Items().Should().HaveCount(100_001);
    }

    private static ArchiveEntry Link(string path, string target) => new(ArchiveEntryKind.Link, path, 0, default, 0, target);

    private static void Repeat(Action<int> put)
    {
        for (var number = 0; number < 1_000_000; number++)
        {
            put(number);
        }
    }
}

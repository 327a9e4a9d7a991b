using DesktopGrid.VmSandbox.Platform.Memory;
using DesktopGrid.VmSandbox.Vms.Templates;
using Microsoft.Extensions.Time.Testing;

namespace DesktopGrid.VmSandbox.Tests.Vms.Templates;

public sealed class SharedTemplateShelfTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();

    [Test]
    public void One_that_nobody_wants_goes_and_one_that_is_wanted_stays()
    {
        using var shelf = new SharedTemplateShelf(_time);
        var (wanted, unwanted) = (new Memory(), new Memory());
        shelf.Keep("wanted", Of(wanted));
        shelf.Keep("unwanted", Of(unwanted));

        _time.Advance(SharedTemplateShelf.KeptUnused - Moment);
        shelf.Find("wanted", "1").Should().NotBeNull();
        _time.Advance(Moment);
        (wanted.IsGone, unwanted.IsGone).Should().Be((false, true));
        shelf.Find("unwanted", "1").Should().BeNull();

        _time.Advance(SharedTemplateShelf.KeptUnused - Moment);
        wanted.IsGone.Should().BeTrue("it was last wanted when the other was about to go");
    }

    [Test]
    public void The_one_unwanted_for_longest_makes_room()
    {
        using var shelf = new SharedTemplateShelf(_time);
        var all = Enumerable.Range(0, SharedTemplateShelf.MostKept + 1).Select(static _ => new Memory()).ToList();
        for (var i = 0; i < all.Count; i++)
        {
            if (i == all.Count - 1)
            {
                shelf.Find("0", "1").Should().NotBeNull();
            }

            shelf.Keep($"{i}", Of(all[i]));
        }

        all.Select(static memory => memory.IsGone).Should().Equal(all.Select((_, i) => i == 1), "the first was wanted since");
    }

    [Test]
    public void Another_making_of_a_template_takes_the_place_of_the_one_before()
    {
        using var shelf = new SharedTemplateShelf(_time);
        var (before, after) = (new Memory(), new Memory());
        var old = Of(before);
        shelf.Keep("key", old);

        shelf.Find("key", "2").Should().BeNull();
        shelf.Keep("key", new SharedTemplate("2", after, default));

        (before.IsGone, after.IsGone, shelf.Has(old)).Should().Be((true, false, false));
    }

    [Test]
    public void What_is_forgotten_goes_and_after_the_end_nothing_is_kept()
    {
        var (forgotten, last, late) = (new Memory(), new Memory(), new Memory());
        var shelf = new SharedTemplateShelf(_time);
        shelf.Keep("forgotten", Of(forgotten));
        shelf.Keep("last", Of(last));

        shelf.Forget(static key => key == "forgotten");
        (forgotten.IsGone, last.IsGone).Should().Be((true, false));

        shelf.Dispose();
        shelf.Keep("late", Of(late));
        (last.IsGone, late.IsGone).Should().Be((true, true));
    }

    private static SharedTemplate Of(Memory memory) => new("1", memory, default);

    /// <summary>Stands for memory: only whether it was given up is of interest here.</summary>
    private sealed class Memory : IRamImage
    {
        public bool IsGone { get; private set; }

        public string PathInPayload => "";

        public void Seal(CancellationToken cancellationToken)
        {
        }

        public void Dispose() => IsGone = true;
    }
}

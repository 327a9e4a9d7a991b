using DesktopGrid.VmSandbox.Vms.Standing;

namespace DesktopGrid.VmSandbox.Tests.Vms.Standing;

public sealed class CpuAccountTests
{
    [TestCase(0.05, 1)]
    [TestCase(0.3, 1)]
    [TestCase(0.95, 1)]
    [TestCase(1.0, 2)]
    [TestCase(0.2, 4)]
    public void A_guest_that_takes_all_it_can_has_its_share_in_a_few_moments_a_second(double processors, int most)
    {
        var (used, moments) = Simulate(new CpuAccount(processors, most), TimeSpan.FromSeconds(20), _ => most);

        used.TotalSeconds.Should().BeApproximately(20 * processors, 20 * processors * 0.03);
        moments.Should().BeLessThan(20 * 12);
    }

    [Test]
    public void A_guest_that_was_idle_has_no_more_than_a_moment_of_credit()
    {
        var account = new CpuAccount(0.5, 1);
        Simulate(account, TimeSpan.FromSeconds(10), static _ => 0);
        account.Open(TimeSpan.Zero, TimeSpan.Zero);

        var (used, _) = Simulate(account, TimeSpan.FromSeconds(4), static at => at < 2 ? 0 : 1);

        used.TotalSeconds.Should().BeApproximately(1, 0.1);
    }

    [Test]
    public void What_was_used_while_nobody_could_interfere_is_not_held_against_it_for_ever()
    {
        var account = new CpuAccount(0.1, 1);
        account.Open(TimeSpan.Zero, TimeSpan.Zero);
        account.Note(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60));

        account.Stand.Should().BeLessThanOrEqualTo(TimeSpan.FromMilliseconds(500));
        account.Note(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(65));
        account.Stand.Should().BePositive("ten seconds are held against it");
        account.Note(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(70));
        account.Stand.Should().Be(TimeSpan.Zero);
    }

    /// <summary>A machine whose processors run as fast as it is let, counted in the system's coarse steps.</summary>
    private static (TimeSpan Used, int Moments) Simulate(CpuAccount account, TimeSpan length, Func<double, double> busy)
    {
        var (at, used, moments) = (TimeSpan.Zero, TimeSpan.Zero, 0);
        account.Open(used, at);
        while (at < length)
        {
            used += account.Run * busy(at.TotalSeconds);
            at += account.Run;
            account.Note(TimeSpan.FromMilliseconds(Math.Floor(used.TotalMilliseconds / 10) * 10), at);
            if (account.Stand > TimeSpan.Zero)
            {
                moments++;
                at += account.Stand;
            }
        }

        return (used, moments);
    }
}

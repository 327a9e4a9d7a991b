using System.Globalization;
using DesktopGrid.VmSandbox.IntegrationTests.Support;

namespace DesktopGrid.VmSandbox.IntegrationTests.KillMatrix;

/// <summary>A second host process that does verbs and is killed, or kills its QEMU, at a step of one.</summary>
internal sealed class VerbHost(TestHostProcess process) : IAsyncDisposable
{
    private int _number;

    /// <summary>Opens the store; where a step is named, it may be one of the opening itself.</summary>
    public static VerbHost Open(TempStore store, params string[] targetAndStep) => new(TestHostProcess.Start(store, ["verbs", .. targetAndStep]));

    public Task ArmAsync(string target, string step) => SayAsync("arm", target, step);

    /// <summary>Does a verb that must succeed, and gives what it led to.</summary>
    public async Task<string> DoAsync(string verb, string? id = null, string? argument = null)
    {
        var words = (await SayAsync(verb, id, argument)).Split(' ', 3);
        words[1].Should().Be("ok", string.Join(' ', words));
        return words[2];
    }

    /// <summary>Does a verb at whose step somebody is killed; the step was reached, and the process has ended when this does.</summary>
    /// <returns>What QEMU's end led to: the verb's answer, with its number; null where the host itself was killed.</returns>
    public async Task<string?> KilledAtAsync(string target, string step, string verb, string? id, string? argument = null)
    {
        await ArmAsync(target, step);
        var number = await TellAsync(verb, id, argument);
        await ReachedAsync(step);
        if (target == "host")
        {
            await EndedAsync();
            return null;
        }

        // It ends with a word of the error, or, where the machine's end is no failure of it, well; and within a bound.
        var answer = await process.HearAsync($"{number} ");
        await process.KillAsync();
        return answer;
    }

    public Task<string> ReachedAsync(string step) => process.HearAsync($"reached {step}");

    /// <summary>It has killed itself; and the last of its threads is gone, with the locks that they share.</summary>
    public async Task EndedAsync()
    {
        await Eventually.HoldsAsync(() => !ProcessTable.IsAlive(process.Id), "it was killed");
        await process.KillAsync();
    }

    public Task KillAsync() => process.KillAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private async Task<string> SayAsync(string verb, string? id, string? argument) => await process.HearAsync($"{await TellAsync(verb, id, argument)} ");

    private async Task<int> TellAsync(string verb, string? id, string? argument)
    {
        var number = ++_number;
        await process.TellAsync(string.Create(CultureInfo.InvariantCulture, $"{number} {string.Join(' ', ((string?[])[verb, id, argument]).OfType<string>())}"));
        return number;
    }
}

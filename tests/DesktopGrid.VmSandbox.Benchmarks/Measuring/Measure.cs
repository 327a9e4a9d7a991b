namespace DesktopGrid.VmSandbox.Benchmarks.Measuring;

/// <summary>One number that is reported.</summary>
/// <param name="Name">Its name, dotted from the general to the special.</param>
/// <param name="Unit">Its unit; <c>MB</c> is 1,000,000 bytes.</param>
/// <param name="Aim">What it should be; null where nothing was promised.</param>
/// <param name="HasInterval">Whether its samples are differences or ratios of pairs, so that it is told between which bounds their median lies.</param>
internal sealed record Measure(string Name, string Unit, Aim? Aim = null, bool HasInterval = false);

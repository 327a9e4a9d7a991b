namespace DesktopGrid.VmSandbox.Boinc.Control.Measuring;

/// <summary>How many times slower a guest computes than the computer itself.</summary>
/// <param name="Value">At least 1.</param>
/// <param name="Accelerator">What executed the guest, for instance <c>Tcg</c>.</param>
/// <param name="IsMeasured">False where a person said it.</param>
internal sealed record EmulationFactor(double Value, string Accelerator, bool IsMeasured)
{
    public const double Least = 1, Most = 1000;

    /// <summary>In a sentence.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Value:0.#} times");
}

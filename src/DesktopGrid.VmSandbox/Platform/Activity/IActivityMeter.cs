namespace DesktopGrid.VmSandbox.Platform.Activity;

/// <summary>Reads what the owner of this computer does with it.</summary>
internal interface IActivityMeter
{
    /// <summary>How it is now. What cannot be read is null, never an exception.</summary>
    ActivityReading Read();
}

/// <summary>What is going on at this computer at one moment.</summary>
/// <param name="Busy">Processor time that was used by anybody since the computer was switched on, of all its processors together.</param>
/// <param name="Total">Processor time that there was: used and idle. What a hypervisor below gave to others is in neither.</param>
/// <param name="IsOnBattery">Whether it runs on its battery; null where that is unknown.</param>
/// <param name="SinceInput">How long ago somebody used a keyboard, a mouse or a terminal of it; null where that is unknown.</param>
internal sealed record ActivityReading(TimeSpan Busy, TimeSpan Total, bool? IsOnBattery, TimeSpan? SinceInput);

using DesktopGrid.VmSandbox.Boinc.Control.ClientState;

namespace DesktopGrid.VmSandbox.Boinc.Control.AppInfo;

/// <summary>
/// What a plan class asks for that a guest does not have; several processors it has, as many as the client gives the task. The guest's processor is one named model on every computer (Haswell), so that the answer is
/// everywhere the same.
/// </summary>
internal static class PlanClassRule
{
    private static readonly string[] Graphics = ["cuda", "opencl", "ati14", "ati13", "nvidia", "vulkan", "rocm", "oneapi"];
    private static readonly string[] GraphicsWords = ["ati", "gpu", "amd", "cal", "hip", "metal", "apple"];
    private static readonly string[] Machines = ["vbox", "virtualbox", "hyperv", "wsl"];
    private static readonly string[] Containers = ["docker", "podman"];

    // What came after Haswell, or was only ever AMD's.
    private static readonly string[] Missing = ["avx512", "amx", "avxvnni", "vnni", "sse4a", "fma4", "xop", "3dnow", "vaes", "shani"];
    private static readonly string[] OtherProcessors = ["neon", "vfp", "armv6", "armv7", "aarch64", "arm64", "altivec", "riscv"];

    /// <summary>Why a version cannot run in a guest; null where nothing is known against it.</summary>
    public static string? Refusal(AppVersion version)
    {
        var name = version.Tuple.PlanClass.ToLowerInvariant();
        var words = name.Split(['_', '-', '.', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (version.Coprocessor is { } coprocessor)
        {
            return $"it computes on a graphics processor ({coprocessor}), which a sandbox does not have";
        }

        if (Begins(Graphics) || words.Any(GraphicsWords.Contains))
        {
            return $"its plan class {version.Tuple.PlanClass} wants a graphics processor, which a sandbox does not have";
        }

        if (Begins(Machines) || Begins(Containers))
        {
            return $"its plan class {version.Tuple.PlanClass} brings a {(Begins(Machines) ? "virtual machine" : "container")} of its own, which does not run in a sandbox";
        }

        if (Begins(Missing))
        {
            return $"its plan class {version.Tuple.PlanClass} wants instructions that the sandbox's processor (Intel Haswell) does not have";
        }

        if (Begins(OtherProcessors))
        {
            return $"its plan class {version.Tuple.PlanClass} is for another kind of processor";
        }

        return null;

        bool Begins(string[] beginnings) => words.Any(word => beginnings.Any(beginning => word.StartsWith(beginning, StringComparison.Ordinal)));
    }
}

using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using DesktopGrid.VmSandbox.Platform.Processes;
using DesktopGrid.VmSandbox.Platform.Windows.Tokens;
using DesktopGrid.VmSandbox.Primitives;
using Microsoft.Win32.SafeHandles;

namespace DesktopGrid.VmSandbox.Platform.Windows.Processes;

/// <summary>
/// Starts one process. It is born suspended, inside its job, with its weakened token, its priority and no handle but its three streams;
/// only then it runs ("CreateProcessW", "CreateProcessAsUserW").
/// </summary>
[SupportedOSPlatform("windows")]
internal static unsafe class ProcessBirth
{
    /// <exception cref="PlatformException">Windows refused.</exception>
    public static WindowsProcess Start(LaunchRequest request, TokenStrength strength)
    {
        try
        {
            var priority = PriorityClass(request.Priority);
            var job = JobObject.Create(request.DieWithParent, request.Confinement is not null, priority);
            OutputPipe? output = null, errors = null;
            try
            {
                (output, errors) = (new OutputPipe(), new OutputPipe());
                var process = Create(request, strength, priority, job, output, errors);
                return new WindowsProcess(process, job, output, errors);
            }
            catch
            {
                output?.Dispose();
                errors?.Dispose();
                job.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
        {
            throw new PlatformException(SandboxErrorCode.PlatformFailure, $"The program {request.FileName} cannot be started: {e.Message}", e);
        }
    }

    private static SafeProcessHandle Create(LaunchRequest request, TokenStrength strength, uint priority, JobObject job, OutputPipe output, OutputPipe errors)
    {
        using var input = File.OpenHandle("NUL", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Inheritable);
        using var attributes = new StartupAttributes();
        attributes.AddJob(job.Handle.DangerousGetHandle());
        attributes.AddHandles([input.DangerousGetHandle(), output.Writer.DangerousGetHandle(), errors.Writer.DangerousGetHandle()]);
        if (strength is not TokenStrength.Unchanged)
        {
            attributes.AddHardening();
        }

        var startup = new StartupInfoEx
        {
            Size = (uint)sizeof(StartupInfoEx),
            Flags = StartupInfoEx.UseStandardHandles,
            StandardInput = input.DangerousGetHandle(),
            StandardOutput = output.Writer.DangerousGetHandle(),
            StandardError = errors.Writer.DangerousGetHandle(),
            AttributeList = attributes.List,
        };
        // Detached, not merely without a window: a console would be a second process beside it, and the job allows one.
        var flags = Kernel32.CreateSuspended | Kernel32.DetachedProcess | Kernel32.CreateUnicodeEnvironment | Kernel32.ExtendedStartupInfoPresent | priority;
        var started = Call(request, strength, flags, &startup);
        GC.KeepAlive(job);
        return Release(started, request.Priority);
    }

    private static ProcessInformation Call(LaunchRequest request, TokenStrength strength, uint flags, StartupInfoEx* startup)
    {
        // The system writes into the command line while it looks for the program's name.
        var line = (WindowsCommandLine.Build(request.FileName, request.Arguments) + '\0').ToCharArray();
        var block = WindowsEnvironment.Block(request.Environment, Environment.GetFolderPath(Environment.SpecialFolder.Windows));
        var folder = request.WorkingDirectory ?? Path.GetPathRoot(Environment.SystemDirectory)!;
        ProcessInformation started;
        bool isDone;
        fixed (char* program = request.FileName, commandLine = line, environment = block, directory = folder)
        {
            if (strength is TokenStrength.Unchanged)
            {
                isDone = Kernel32.CreateProcess(program, commandLine, null, null, inheritHandles: true, flags, environment, directory, startup, &started);
            }
            else
            {
                var machine = MachineSid.Of(request.Confinement!.Identity);
                using var token = ConfinedToken.Create(strength, machine);
                using var descriptor = ConfinedToken.OwnObjects(machine);
                var security = new SecurityAttributes { Length = (uint)sizeof(SecurityAttributes), SecurityDescriptor = descriptor.Pointer };
                isDone = AdvApi32.CreateProcessAsUser(token, program, commandLine, &security, &security, inheritHandles: true, flags, environment, directory, startup, &started);
            }
        }

        return isDone ? started : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Lets it run; what stands aside for everybody also gives its memory first.</summary>
    private static SafeProcessHandle Release(ProcessInformation started, ProcessPriority priority)
    {
        var process = new SafeProcessHandle(started.Process, ownsHandle: true);
        try
        {
            if (priority is ProcessPriority.Idle)
            {
                var memory = new MemoryPriority { Priority = MemoryPriority.VeryLow };
                // Without it the process is only a little less polite.
                _ = Kernel32.SetProcessInformation(process, ProcessInformationClass.MemoryPriority, &memory, (uint)sizeof(MemoryPriority));
            }

            if (Kernel32.ResumeThread(started.Thread) == uint.MaxValue)
            {
                var error = Marshal.GetLastPInvokeError();
                _ = Kernel32.TerminateProcess(process, JobObject.KilledExitCode);
                throw new Win32Exception(error);
            }

            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
        finally
        {
            _ = Kernel32.CloseHandle(started.Thread);
        }
    }

    private static uint PriorityClass(ProcessPriority priority) => priority switch
    {
        ProcessPriority.Idle => Kernel32.IdlePriority,
        ProcessPriority.BelowNormal => Kernel32.BelowNormalPriority,
        _ => Kernel32.NormalPriority,
    };
}

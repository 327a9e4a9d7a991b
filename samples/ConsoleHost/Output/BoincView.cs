using DesktopGrid.VmSandbox.Boinc.Control.Switching;

namespace DesktopGrid.VmSandbox.ConsoleHost.Output;

/// <summary>Projects and switches for people and for scripts.</summary>
internal static class BoincView
{
    public static void Write(IReadOnlyList<ProjectView> projects, Screen screen)
    {
        foreach (var project in projects)
        {
            Write(project, screen);
        }

        if (projects.Count == 0 && !screen.IsJson)
        {
            screen.Note("The client is attached to no project.");
        }
    }

    public static void Write(EnablePreview preview, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(new PreviewView(preview.Site.Project.MasterUrl, preview.Factor.Value, preview.Sentences), ConsoleJsonContext.Default.PreviewView);
            return;
        }

        screen.Line($"{preview.Site.Project.Name} ({preview.Site.Project.MasterUrl})");
        foreach (var sentence in preview.Sentences)
        {
            screen.Line($"  {sentence}");
        }
    }

    public static void Write(SwitchOutcome outcome, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(outcome, ConsoleJsonContext.Default.SwitchOutcome);
            return;
        }

        foreach (var sentence in outcome.Sentences)
        {
            screen.Line(sentence);
        }
    }

    public static void Write(string ownerUrl, string viewUrl, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(new PageView(ownerUrl, viewUrl), ConsoleJsonContext.Default.PageView);
            return;
        }

        screen.Line(ownerUrl);
        screen.Note("Whoever has this address can switch your projects; keep it to yourself. Ctrl-C ends the page.");
    }

    private static void Write(ProjectView project, Screen screen)
    {
        if (screen.IsJson)
        {
            screen.Json(project, ConsoleJsonContext.Default.ProjectView);
            return;
        }

        var tasks = project.Tasks switch { 0 => "no tasks", 1 => "1 task", var several => $"{several} tasks" };
        screen.Line($"{(project.State is ProjectState.Sandboxed ? "[x]" : "[ ]")} {project.Name} ({project.MasterUrl}), {tasks}{Standing(project)}");
        foreach (var application in project.Applications)
        {
            screen.Line($"      {application.Name}: {(application.IsSandboxed ? "in a sandbox" : application.Refusal is { } why ? $"not possible: {why}" : "possible")}");
        }

        foreach (var file in project.Changed)
        {
            screen.Line($"      CHANGED since it was enabled: {file}");
        }
    }

    private static string Standing(ProjectView project) => project.State switch
    {
        ProjectState.Sandboxed => string.Create(System.Globalization.CultureInfo.InvariantCulture, $", about {project.Factor:0.#} times slower"),
        ProjectState.Interrupted => ", a switch was interrupted: enable or disable it again",
        ProjectState.Refreshing => ", a refresh is under way: refresh it again",
        ProjectState.Foreign => ", it has an app_info.xml of somebody else's",
        _ => "",
    };
}

/// <summary>What enabling would do.</summary>
internal sealed record PreviewView(string Project, double Factor, IReadOnlyList<string> Sentences);

/// <summary>Where the page is.</summary>
internal sealed record PageView(string Owner, string View);

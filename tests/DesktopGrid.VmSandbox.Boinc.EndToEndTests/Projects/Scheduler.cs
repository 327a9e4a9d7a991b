using System.Globalization;
using System.Text;

namespace DesktopGrid.VmSandbox.Boinc.EndToEndTests.Projects;

/// <summary>The scheduler: answers a client's request with work, acknowledgements and messages.</summary>
internal sealed class Scheduler(Uri url, CodeSigningKey key, ProjectContent content)
{
    /// <summary>The text of the reply.</summary>
    public string Answer(string request)
    {
        var text = new StringBuilder("<scheduler_reply>\n<scheduler_version>720</scheduler_version>\n");
        text.Append(CultureInfo.InvariantCulture, $"<project_name>Stub {url.Port}</project_name>\n<master_url>{url}</master_url>\n<request_delay>2</request_delay>\n<hostid>1</hostid>\n<userid>1</userid>\n<user_name>tester</user_name>\n");
        if (Markup.Find(request, "code_sign_key") is null)
        {
            text.Append(CultureInfo.InvariantCulture, $"<code_sign_key>\n{key.PublicText}</code_sign_key>\n");
        }

        foreach (var result in Markup.FindAll(request, "result"))
        {
            text.Append(CultureInfo.InvariantCulture, $"<result_ack>\n<name>{Markup.Find(result, "name")}</name>\n</result_ack>\n");
        }

        text.Append(Markup.FindAll(request, "msg_from_host").Any() ? "<message_ack/>\n" : "");
        content.TakeAborts().ToList().ForEach(name => text.Append(CultureInfo.InvariantCulture, $"<result_abort>\n<name>{name}</name>\n</result_abort>\n"));
        foreach (var (name, trickle) in content.TakeTrickles())
        {
            text.Append(CultureInfo.InvariantCulture, $"<trickle_down>\n<result_name>{name}</result_name>\n<time>{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}</time>\n{trickle}\n</trickle_down>\n");
        }

        if (Markup.Number(request, "work_req_seconds") > 0)
        {
            AppendWork(text, Markup.Find(request, "platform_name") == "anonymous");
        }

        return text.Append("</scheduler_reply>\n").ToString();
    }

    /// <summary>A client that has its own application versions gets none.</summary>
    private void AppendWork(StringBuilder text, bool isAnonymous)
    {
        var work = content.TakeWork();
        foreach (var version in work.Select(static piece => piece.Version).DistinctBy(static version => version.AppName))
        {
            text.Append(version.ToApplicationElement());
            if (!isAnonymous)
            {
                version.Files.ToList().ForEach(file => AppendFile(text, file, $"<executable/>\n<file_signature>\n{key.Sign(file)}</file_signature>\n"));
                text.Append(version.ToElement());
            }
        }

        foreach (var (unit, version) in work)
        {
            unit.Inputs.ToList().ForEach(file => AppendFile(text, file, $"<md5_cksum>{file.Md5}</md5_cksum>\n"));
            foreach (var output in unit.Outputs)
            {
                text.Append(CultureInfo.InvariantCulture, $"<file_info>\n<name>{output.Name}</name>\n<generated_locally/>\n<upload_when_present/>\n<max_nbytes>1e9</max_nbytes>\n<url>{url}file_upload_handler</url>\n</file_info>\n");
            }

            text.Append(unit.ToElement()).Append(unit.ToResultElement(version, isAnonymous ? "" : version.Platform));
        }
    }

    private void AppendFile(StringBuilder text, AppFile file, string more) =>
        text.Append(CultureInfo.InvariantCulture, $"<file_info>\n<name>{file.Name}</name>\n<url>{url}download/{file.Name}</url>\n{more}<nbytes>{file.Content.Length}</nbytes>\n</file_info>\n");
}

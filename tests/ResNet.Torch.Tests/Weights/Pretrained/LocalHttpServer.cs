using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ResNet.Torch.Tests.Weights.Pretrained;

/// <summary>A request as it came over the wire: <paramref name="From"/> is that of "Range: bytes=FROM-".</summary>
sealed record HttpRequest(string Path, long? From);

/// <summary>An answer; with <paramref name="CutAfter"/> or <paramref name="StallAfter"/>, no more than so many bytes of the body.</summary>
sealed record HttpReply(string Status, byte[] Body, string? ContentRange = null, int? CutAfter = null, int? StallAfter = null)
{
    public static HttpReply Whole(byte[] file) => new("200 OK", file);

    /// <summary>As a server does that knows Range.</summary>
    public static HttpReply Ranged(byte[] file, HttpRequest request) => request.From switch
    {
        null => Whole(file),
        { } from when from >= file.Length => new("416 Range Not Satisfiable", [], $"bytes */{file.Length}"),
        { } from => new("206 Partial Content", file[(int)from..], $"bytes {from}-{file.Length - 1}/{file.Length}"),
    };
}

/// <summary>HTTP/1.1 on the loopback, one request a connection: what a client really sends, and answers that go wrong on purpose.</summary>
sealed class LocalHttpServer : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stop = new();
    readonly Func<HttpRequest, HttpReply> answer;

    public LocalHttpServer(Func<HttpRequest, HttpReply> answer)
    {
        this.answer = answer;
        listener.Start();
        _ = AcceptAsync();
    }

    public ConcurrentQueue<HttpRequest> Requests { get; } = new();

    public Uri Address(string file) => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/models/{file}");

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            var stream = client.GetStream();
            var request = await ReadAsync(stream);
            Requests.Enqueue(request);
            var reply = answer(request);
            var head = $"HTTP/1.1 {reply.Status}\r\nContent-Length: {reply.Body.Length}\r\nConnection: close\r\n"
                + (reply.ContentRange is { } range ? $"Content-Range: {range}\r\n" : "") + "\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), stop.Token);
            await stream.WriteAsync(reply.Body.AsMemory(0, reply.CutAfter ?? reply.StallAfter ?? reply.Body.Length), stop.Token);
            if (reply.StallAfter is not null)
                await Task.Delay(Timeout.Infinite, stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // the client went away, or the test ended
        }
    }

    async Task<HttpRequest> ReadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, stop.Token);
            if (read == 0)
                throw new IOException("The client went away.");
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        var lines = text.ToString().Split("\r\n");
        var range = lines.FirstOrDefault(l => l.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase));
        return new(lines[0].Split(' ')[1], range is null ? null : long.Parse(range["Range: bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
        stop.Dispose();
    }
}

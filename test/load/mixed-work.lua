-- What each of wrk's connections asks for, in turn: files by three roads, questions, and what has to be refused.
-- Environment: SLIPWAY_CODE. Prints one line of JSON at the end: how often each status came.

local code = os.getenv("SLIPWAY_CODE")
local threads = {}
local turn = 0
local content = string.rep("0123456789abcdef", 1250)
local form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"mixed.bin\"\r\n\r\n" .. content .. "\r\n--b--\r\n"

statuses = {}

local function ask(method, path, headers, body)
  headers = headers or {}
  headers["Authorization"] = "Bearer " .. code
  return wrk.format(method, path, headers, body)
end

local kinds = {
  function() return ask("POST", "/api/uploads", { ["Content-Type"] = "multipart/form-data; boundary=b" }, form) end,
  function() return ask("POST", "/uploadfile", { ["Content-Type"] = "multipart/form-data; boundary=b" }, form) end,
  function()
    return ask("POST", "/api/tus", {
      ["Content-Type"] = "application/offset+octet-stream", ["Tus-Resumable"] = "1.0.0",
      ["Upload-Length"] = tostring(#content), ["Upload-Metadata"] = "filename bWl4ZWQudHVz",
    }, content)
  end,
  function() return ask("GET", "/api/server") end,
  function() return ask("GET", "/healthz") end,
  function() return ask("GET", "/upload_status?key=nobody") end,
  function() return ask("GET", "/") end,
  function() return ask("GET", "/api/uploads/nobody") end,
  function() return ask("POST", "/api/uploads", { ["Content-Type"] = "multipart/form-data; boundary=other" }, form) end,
  function() return wrk.format("POST", "/api/uploads", { ["Content-Type"] = "multipart/form-data; boundary=b" }, form) end,
}

function setup(thread)
  table.insert(threads, thread)
end

function request()
  turn = turn + 1
  -- The whole queue, now and then: with thousands in it, it is long.
  if turn % 400 == 0 then return ask("GET", "/api/uploads") end
  return kinds[turn % #kinds + 1]()
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end

function done(summary, latency)
  local sums = {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("statuses")) do sums[status] = (sums[status] or 0) + count end
  end
  local parts = {}
  for status, count in pairs(sums) do table.insert(parts, string.format("\"%d\":%d", status, count)) end
  local errors = summary.errors
  io.write(string.format(
    "\n{\"statuses\":{%s},\"requests\":%d,\"lost\":%d,\"timeouts\":%d,\"p99Ms\":%.1f}\n",
    table.concat(parts, ","), summary.requests, errors.connect + errors.read + errors.write, errors.timeout, latency:percentile(99) / 1000
  ))
end

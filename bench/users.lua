-- Random ones of so many users; every write changes one trait.
local people = tonumber(os.getenv("BENCH_PEOPLE"))

function init(arguments)
  math.randomseed(os.time())
end

function request()
  local id = math.random(people)
  local headers = { ["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY"), ["Content-Type"] = "application/json" }
  if os.getenv("BENCH_METHOD") == "PUT" then
    local body = string.format(
      '{"name":"User %d","email":"user%d@example.com","plan":"pro","city":"Ulm","turn":%d}',
      id, id, math.random(1000000000)
    )
    return wrk.format("PUT", "/v1/users/user-" .. id, headers, body)
  end
  return wrk.format("GET", "/v1/users/user-" .. id, headers)
end

#include "http/h2/session.h"

#include <nghttp2/nghttp2.h>

#include <array>
#include <memory>
#include <type_traits>
#include <utility>

#include "http/h2/stream.h"

namespace tarn::http::h2 {
namespace {

constexpr int32_t kStreamWindow = 512 << 10;
constexpr int32_t kConnectionWindow = 4 << 20;
// A head that is longer than allowed is decoded on to be refused in words, until it is this many times as long.
constexpr size_t kHeadTolerance = 4;

std::string_view Text(const uint8_t* bytes, size_t count) { return {reinterpret_cast<const char*>(bytes), count}; }

}  // namespace

// What nghttp2 calls. None of them runs a handler.
struct Callbacks {
  static Session& Of(void* user) { return *static_cast<Session*>(user); }

  static int BeginHeaders(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    Session& self = Of(user);
    const int32_t id = frame->hd.stream_id;
    // Requests that the peer has given up may still be at work.
    if (self.running_ + self.arrived_.size() >= 2 * self.limits_.streams_max) {
      self.Reset(id, NGHTTP2_REFUSED_STREAM);
      return 0;
    }
    auto stream = std::make_shared<Stream>(self, id);
    nghttp2_session_set_stream_user_data(session, id, stream.get());
    self.open_.emplace(id, std::move(stream));
    return 0;
  }

  static int Header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_bytes,
                    const uint8_t* value, size_t value_bytes, uint8_t, void* user) {
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    Stream* stream = Of(user).Find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->AddField(Text(name, name_bytes), Text(value, value_bytes));
    const bool endless = stream->head_bytes_ > kHeadTolerance * Of(user).limits_.head_bytes;
    return endless ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE : 0;
  }

  static int Frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Session& self = Of(user);
    Stream* stream = self.Find(frame->hd.stream_id);
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
        if (stream == nullptr) return 0;
        if (ends) stream->EndBody();
        if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
          stream->head_whole_ = true;
          self.arrived_.push_back(self.open_[frame->hd.stream_id]);
        }
        return 0;
      case NGHTTP2_DATA:
        if (stream != nullptr && ends) stream->EndBody();
        if (!ends && frame->hd.length == 0) self.Charge(self.idle_frames_);
        return 0;
      case NGHTTP2_RST_STREAM:
        self.Charge(self.resets_);
        return 0;
      case NGHTTP2_WINDOW_UPDATE:
        return 0;
      default:
        self.Charge(self.idle_frames_);
        return 0;
    }
  }

  static int Data(nghttp2_session* session, uint8_t, int32_t id, const uint8_t* bytes, size_t count, void* user) {
    if (Stream* stream = Of(user).Find(id)) {
      stream->AddBody(Text(bytes, count));
    } else {
      nghttp2_session_consume_connection(session, count);
    }
    return 0;
  }

  static int Closed(nghttp2_session*, int32_t id, uint32_t, void* user) {
    Session& self = Of(user);
    auto at = self.open_.find(id);
    if (at == self.open_.end()) return 0;
    const std::shared_ptr<Stream> stream = std::move(at->second);
    self.open_.erase(at);
    stream->Close(Stream::End::kReset);
    return 0;
  }

  static int Sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0 || frame->hd.type > NGHTTP2_HEADERS) return 0;
    Stream* stream = Of(user).Find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->ended_out_ = true;
    if (stream->dropped_ <= std::chrono::steady_clock::now()) Of(user).Reset(stream->id_, NGHTTP2_NO_ERROR);
    return 0;
  }

  static int Payload(nghttp2_session*, nghttp2_frame*, const uint8_t* head, size_t count, nghttp2_data_source* source,
                     void* user) {
    constexpr size_t kFrameHeadBytes = 9;
    Session& self = Of(user);
    auto* stream = static_cast<Stream*>(source->ptr);
    if (self.taking_->size() >= self.taking_max_) return NGHTTP2_ERR_WOULDBLOCK;
    if (stream->out_.size() < count) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    self.taking_->append(Text(head, kFrameHeadBytes));
    self.taking_->append(reinterpret_cast<const char*>(stream->out_.data()), count);
    stream->out_ = stream->out_.subspan(count);
    if (stream->out_.empty()) stream->Ready(stream->writer_);
    return 0;
  }
};

Session::Session(const Limits& limits, const Handler& handler, Peer peer, std::function<void()> wake,
                 std::function<void()> ended)
    : limits_(limits), handler_(handler), peer_(std::move(peer)), wake_(std::move(wake)), ended_(std::move(ended)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_option_new(&option);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, &Callbacks::BeginHeaders);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Callbacks::Header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Callbacks::Frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Callbacks::Data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Callbacks::Closed);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, &Callbacks::Sent);
  nghttp2_session_callbacks_set_send_data_callback(callbacks, &Callbacks::Payload);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_session_server_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  const std::array<nghttp2_settings_entry, 3> settings = {
      {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits_.streams_max},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<uint32_t>(limits_.head_bytes)}}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

Session::~Session() { nghttp2_session_del(session_); }

Stream* Session::Find(int32_t id) {
  auto at = open_.find(id);
  return at == open_.end() ? nullptr : at->second.get();
}

bool Session::over() const {
  return broken_ || (nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0);
}

void Session::Wake() {
  if (!inside_ && !broken_ && nghttp2_session_want_write(session_) != 0) wake_();
}

void Session::Charge(Allowance& allowance) {
  if (!allowance.Take(std::chrono::steady_clock::now())) {
    nghttp2_session_terminate_session(session_, NGHTTP2_ENHANCE_YOUR_CALM);
  }
}

void Session::Reset(int32_t id, uint32_t code) {
  if (!broken_) nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, code);
}

void Session::Consume(int32_t id, size_t bytes) {
  if (broken_ || bytes == 0) return;
  nghttp2_session_consume(session_, id, bytes);
  Wake();
}

void Session::Run(const std::shared_ptr<Stream>& stream) {
  ++running_;
  Spawn(handler_(stream->request_, *stream), [this, stream](Done) {
    stream->Conclude();
    --running_;
    ended_();
  });
}

void Session::RunReady() {
  while (!arrived_.empty() || !ready_.empty()) {
    for (const auto& stream : std::exchange(arrived_, {})) {
      if (stream->end_ != Stream::End::kOpen) continue;
      const int refused = stream->FinishHead(stream->ended_in_);
      if (refused != 0) {
        stream->Refuse(refused);
      } else {
        Run(stream);
      }
    }
    for (const std::coroutine_handle<> handle : std::exchange(ready_, {})) handle.resume();
  }
}

bool Session::Receive(std::string_view bytes) {
  inside_ = true;
  const ssize_t read = nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (read < 0) broken_ = true;
  RunReady();
  inside_ = false;
  Wake();
  return !broken_;
}

bool Session::Take(std::string& out, size_t bytes_max) {
  if (broken_ || inside_) return false;
  inside_ = true;
  taking_ = &out;
  taking_max_ = bytes_max;
  const size_t before = out.size();
  do {
    RunReady();
    while (out.size() < bytes_max) {
      const uint8_t* frame = nullptr;
      const ssize_t count = nghttp2_session_mem_send(session_, &frame);
      if (count < 0) broken_ = true;
      if (count <= 0) break;
      out.append(Text(frame, static_cast<size_t>(count)));
    }
  } while (!broken_ && out.size() < bytes_max && !ready_.empty());
  RunReady();
  taking_ = nullptr;
  inside_ = false;
  return out.size() > before;
}

void Session::Lose() {
  broken_ = true;
  arrived_.clear();
  for (auto& [id, stream] : std::exchange(open_, {})) stream->Close(Stream::End::kLost);
  RunReady();
}

void Session::Tick(SteadyTime now) {
  if (broken_) return;
  for (auto& [id, stream] : open_) {
    if (!stream->head_whole_ && stream->began_ + limits_.head <= now) {
      // Nothing else can come before the rest of it.
      nghttp2_session_terminate_session(session_, NGHTTP2_CANCEL);
    } else if ((stream->reader_.handle && stream->reader_.deadline <= now) ||
               (stream->writer_.handle && stream->writer_.deadline <= now)) {
      stream->StopWaiting();
    } else if (stream->ended_out_ && stream->dropped_ <= now) {
      Reset(id, NGHTTP2_NO_ERROR);
    }
  }
  inside_ = true;
  RunReady();
  inside_ = false;
  Wake();
}

void Session::Drain() {
  if (broken_) return;
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
  Wake();
}

void Session::CutWaiting() {
  for (auto& [id, stream] : open_) {
    if (stream->reader_.handle || stream->writer_.handle) Reset(id, NGHTTP2_CANCEL);
  }
  Wake();
}

}  // namespace tarn::http::h2
